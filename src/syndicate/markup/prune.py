"""What HTML do we let through: taking something out of the tree with its emptied wrapper, and no word beside it."""

import re

from lxml.html import Element, HtmlElement

from syndicate.markup.captions import Line
from syndicate.markup.characters import seen
from syndicate.markup.tags import BLOCKS, INLINE, PICTURES, TABLES

_SPACE = re.compile("[ \t\n\r\f\xa0]")
_WRAPPERS = BLOCKS.difference(TABLES).union(INLINE)


def erase(line: Line) -> list[HtmlElement]:
    """Take a line's words out; gives the elements they stood in, to be pruned once all words are out."""
    for piece in line.pieces:
        if piece.tail:
            piece.owner.tail = None
        else:
            piece.owner.text = None
    holders = (piece.owner.getparent() if piece.tail else piece.owner for piece in line.pieces)
    return [holder for holder in holders if holder is not None]


def prune(element: HtmlElement | None) -> None:
    """Take `element` out if nothing is left in it, together with the wrappers that it alone was filling."""
    emptied: HtmlElement | None = None
    while element is not None and element.getparent() is not None and _is_empty_wrapper(element):
        emptied = element
        element = element.getparent()
    if emptied is not None:
        _take_out(emptied)


def take_out_picture(picture: HtmlElement) -> None:
    """Take an `img` or a `video` out, its emptied wrappers, and the caption of a figure in which no picture is left."""
    wrapper = picture.getparent()
    figure = next(picture.iterancestors("figure"), None)
    picture.drop_tree()
    if figure is not None and next(figure.iter(*PICTURES), None) is None:
        for caption in list(figure.iter("figcaption")):
            _take_out(caption)
    prune(wrapper)
    prune(figure)


def _is_empty_wrapper(element: HtmlElement) -> bool:
    if element.tag not in _WRAPPERS or seen(element.text_content()):
        return False
    return next(element.iter(*PICTURES, "hr", "table"), None) is None


def _take_out(element: HtmlElement) -> None:
    parent = element.getparent()
    if parent is None:
        return
    ends_line = next(element.iter(*BLOCKS, "br"), None) is not None
    between_words = _text_before(element) and _text_after(element)
    if not (ends_line and between_words):
        if between_words and _SPACE.search(element.text_content()):
            element.tail = " " + (element.tail or "")  # what kept two words apart goes on to
        element.drop_tree()
        return
    # What we take out kept the words on its two sides apart; a plain line end does so in its place.
    line_end = Element("br")
    line_end.tail, element.tail = element.tail, None
    parent.replace(element, line_end)


def _text_before(element: HtmlElement) -> bool:
    previous, parent = element.getprevious(), element.getparent()
    text = previous.tail if previous is not None else parent is not None and parent.text
    return bool(text and seen(text)) or _is_inline(previous)


def _text_after(element: HtmlElement) -> bool:
    return bool(element.tail and seen(element.tail)) or _is_inline(element.getnext())


def _is_inline(element: HtmlElement | None) -> bool:
    return element is not None and element.tag not in BLOCKS and element.tag not in ("br", "hr")
