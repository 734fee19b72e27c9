"""What HTML do we let through: only cleared pictures, with the statements we owe in their places.

The order of the steps makes twice the same as once: what we placed before is undone first, then pictures fall out,
then statements that lost their marker on the way, and only then is anything added.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from lxml.html import Element, HtmlElement

from syndicate.markup.captions import Line, groups, lines_and_pictures
from syndicate.markup.characters import seen
from syndicate.markup.pictures import AROUND_A_PICTURE, HOLDS_NO_BLOCK, drop_pictures, notice
from syndicate.markup.prune import erase, prune
from syndicate.markup.tags import PICTURES
from syndicate.markup.tree import Picture, is_notice, is_placeholder, no_prose, parse, serialise, tokens

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Statement:
    """A block to stand at the end of the text: its name (`licence`), its words, and where they lead, if anywhere."""

    name: str
    text: str
    link: str = ""


def place(
    html: str,
    *,
    head: str,
    tail: Sequence[Statement],
    passed: Collection[str],
    captions: Mapping[str, str],
    credits: Mapping[str, str],
    replaced: Mapping[str, str] = _NOTHING,
    placeholders: Collection[str] = (),
) -> str:
    """`html` with the pictures in `passed` only (by url; all others go, with their captions) and our statements placed.

    `captions` and `credits` give the words under each picture by its url; `replaced` those that stand in the place of
    one that goes; one whose words are among `placeholders` stays, if it stands there from before. A body that begins
    with `head` already, in a paragraph that goes on, keeps it there. All other words stay as they are (`body_text`).
    Twice is once.
    """
    root = parse(html)
    for element in [element for element in root.iterdescendants() if is_notice(element)]:
        if not (is_placeholder(element) and element.text in placeholders and len(element) == 0):
            element.drop_tree()
    drop_pictures(root, passed=passed, captions=captions, replaced=replaced)
    _drop_unmarked(root, head=head, tail=tail)
    _add_credits(root, captions=captions, credits=credits)
    _add_head(root, head)
    root.extend([_block(statement) for statement in tail])
    return serialise(root)


def _lines_and_pictures(root: HtmlElement) -> list[Line | Picture]:
    return lines_and_pictures(tokens(root, without=no_prose))


def _lines(root: HtmlElement) -> list[Line]:
    return [item for item in _lines_and_pictures(root) if isinstance(item, Line)]


def _drop_unmarked(root: HtmlElement, *, head: str, tail: Sequence[Statement]) -> None:
    """Statements of ours that came back without their marker, as whole lines at the two ends of the text."""
    endings = {seen(statement.text) for statement in tail}
    while (lines := _lines(root)) and lines[0].seen == seen(head):
        _drop_line(lines[0])
    while (lines := _lines(root)) and lines[-1].seen in endings:
        _drop_line(lines[-1])


def _drop_line(line: Line) -> None:
    for holder in erase(line):
        prune(holder)


def _add_credits(root: HtmlElement, *, captions: Mapping[str, str], credits: Mapping[str, str]) -> None:
    for group in groups(_lines_and_pictures(root), captions):
        under = [*group.captions, *([group.next_line] if group.next_line else [])]
        read = "\n".join(line.seen for line in under)
        for picture in group.pictures:
            credit = next((credits[url] for url in picture.urls if url in credits), "")
            if credit and seen(credit) not in read:
                _add_credit(picture.element, credit)


def _add_credit(picture: HtmlElement, credit: str) -> None:
    figure = next(picture.iterancestors("figure"), None)
    caption = next(figure.iter("figcaption"), None) if figure is not None else None
    if caption is None:
        block = _block_of(picture)
        inside_text = any(ancestor.tag in HOLDS_NO_BLOCK for ancestor in block.iterancestors())
        placed = notice("span" if inside_text else "p", "picture-credit", credit)
        placed.tail, block.tail = block.tail, None  # addnext would put it behind the words that follow the picture
        block.addnext(placed)
    elif seen(credit) not in seen(caption.text_content()):
        caption.append(notice("span", "picture-credit", " " + credit))


def _block_of(picture: HtmlElement) -> HtmlElement:
    """The outermost element around a picture that holds this picture and nothing else."""
    block = picture
    while (parent := block.getparent()) is not None and parent.tag in AROUND_A_PICTURE:
        if seen(parent.text_content()) or len(list(parent.iter(*PICTURES, "table", "hr"))) > 1:
            break
        block = parent
    return block


def _add_head(root: HtmlElement, head: str) -> None:
    lines = _lines(root)
    if not head or (lines and lines[0].seen.startswith(seen(head))):
        return
    block = notice("p", "attribution", head)
    block.tail, root.text = root.text, None
    root.insert(0, block)


def _block(statement: Statement) -> HtmlElement:
    if not statement.link:
        return notice("p", statement.name, statement.text)
    block = notice("p", statement.name, "")
    link = Element("a", href=statement.link, rel="noopener")
    link.text = statement.text
    block.append(link)
    return block
