"""What HTML do we let through: only cleared pictures, with the statements we owe in their places.

The order of the steps makes twice the same as once: what we placed before is undone first, then pictures fall out,
then statements that lost their marker on the way, and only then is anything added.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lxml.html import Element, HtmlElement

from syndicate.markup.captions import Group, Line, groups, lines_and_pictures
from syndicate.markup.characters import seen
from syndicate.markup.links import srcset_urls
from syndicate.markup.prune import erase, prune, take_out_picture
from syndicate.markup.tags import HEADINGS, INLINE
from syndicate.markup.tree import Picture, is_notice, no_prose, parse, serialise, tokens

_AROUND_A_PICTURE = frozenset(("p", *HEADINGS, "div", "section", *INLINE))
_HOLDS_NO_BLOCK = frozenset(("p", *HEADINGS))


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
) -> str:
    """`html` with the pictures in `passed` only (by url; all others go, with their captions) and our statements placed.

    `captions` and `credits` give the words under each picture by its url. A body that begins with `head` already, in
    a paragraph that goes on, keeps it there. All other words stay as they are (`body_text`). Twice is once.
    """
    root = parse(html)
    for notice in [element for element in root.iterdescendants() if is_notice(element)]:
        notice.drop_tree()
    _drop_pictures(root, passed=passed, captions=captions)
    _drop_unmarked(root, head=head, tail=tail)
    _add_credits(root, captions=captions, credits=credits)
    _add_head(root, head)
    root.extend([_block(statement) for statement in tail])
    return serialise(root)


def _lines_and_pictures(root: HtmlElement) -> list[Line | Picture]:
    return lines_and_pictures(tokens(root, without=no_prose))


def _lines(root: HtmlElement) -> list[Line]:
    return [item for item in _lines_and_pictures(root) if isinstance(item, Line)]


def _drop_pictures(root: HtmlElement, *, passed: Collection[str], captions: Mapping[str, str]) -> None:
    pictures = [Picture(element) for element in root.iter("img")]
    refused = [picture for picture in pictures if picture.url not in passed]
    urls = ({picture.url for picture in refused} | set(captions)) - set(passed)
    holders = [
        holder
        for group in groups(_lines_and_pictures(root), captions)
        for caption in _orphaned(group, passed=passed, captions=captions)
        for holder in erase(caption)
    ]
    for picture in refused:
        take_out_picture(picture.element)
    for holder in holders:
        prune(holder)
    _drop_addresses(root, refused=urls, passed=passed)


def _orphaned(group: Group, *, passed: Collection[str], captions: Mapping[str, str]) -> list[Line]:
    """The captions of a group that belong to none of the pictures staying in it."""
    staying = {seen(captions.get(picture.url, "")) for picture in group.pictures if picture.url in passed}
    return [caption for caption in group.captions if caption.seen not in staying]


def _drop_addresses(root: HtmlElement, *, refused: Collection[str], passed: Collection[str]) -> None:
    """No way round: neither a link to a refused picture, nor another size of a passed one that nobody passed."""
    for link in [link for link in root.iter("a") if link.get("href") in refused]:
        link.drop_tag()
    for picture in root.iter("img"):
        if not set(srcset_urls(picture.get("srcset") or "")) <= set(passed):
            del picture.attrib["srcset"]


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
            credit = credits.get(picture.url, "")
            if credit and seen(credit) not in read:
                _add_credit(picture.element, credit)


def _add_credit(picture: HtmlElement, credit: str) -> None:
    figure = next(picture.iterancestors("figure"), None)
    caption = next(figure.iter("figcaption"), None) if figure is not None else None
    if caption is None:
        block = _block_of(picture)
        inside_text = any(ancestor.tag in _HOLDS_NO_BLOCK for ancestor in block.iterancestors())
        notice = _notice("span" if inside_text else "p", "picture-credit", credit)
        notice.tail, block.tail = block.tail, None  # addnext would put it behind the words that follow the picture
        block.addnext(notice)
    elif seen(credit) not in seen(caption.text_content()):
        caption.append(_notice("span", "picture-credit", " " + credit))


def _block_of(picture: HtmlElement) -> HtmlElement:
    """The outermost element around a picture that holds this picture and nothing else."""
    block = picture
    while (parent := block.getparent()) is not None and parent.tag in _AROUND_A_PICTURE:
        if seen(parent.text_content()) or len(list(parent.iter("img", "table", "hr"))) > 1:
            break
        block = parent
    return block


def _add_head(root: HtmlElement, head: str) -> None:
    lines = _lines(root)
    if not head or (lines and lines[0].seen.startswith(seen(head))):
        return
    block = _notice("p", "attribution", head)
    block.tail, root.text = root.text, None
    root.insert(0, block)


def _block(statement: Statement) -> HtmlElement:
    if not statement.link:
        return _notice("p", statement.name, statement.text)
    block = _notice("p", statement.name, "")
    link = Element("a", href=statement.link, rel="noopener")
    link.text = statement.text
    block.append(link)
    return block


def _notice(tag: str, name: str, text: str) -> HtmlElement:
    notice = Element(tag, {"data-notice": name})
    notice.text = text
    return notice
