"""What HTML do we let through: of pictures and films only those that were passed, the others with their captions gone.

In the place of one that fell out a placeholder may stand: neutral words, never its own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from lxml.html import Element, HtmlElement

from syndicate.markup.captions import Group, Line, groups, lines_and_pictures
from syndicate.markup.characters import seen
from syndicate.markup.links import srcset_urls
from syndicate.markup.prune import erase, prune, take_out_picture
from syndicate.markup.tags import BLOCKS, HEADINGS, INLINE, PICTURES
from syndicate.markup.tree import PLACEHOLDER, Picture, Words, no_prose, tokens

AROUND_A_PICTURE = frozenset(("p", *HEADINGS, "div", "section", *INLINE))
HOLDS_NO_BLOCK = frozenset(("p", *HEADINGS))


def drop_pictures(
    root: HtmlElement, *, passed: Collection[str], captions: Mapping[str, str], replaced: Mapping[str, str]
) -> None:
    """Leave the pictures in `passed` only, by url. `replaced` has the words that stand in for others, by url."""
    pictures = [Picture(element) for element in root.iter(*PICTURES)]
    urls = {url for picture in pictures for url in _addresses(picture)}.union(captions).difference(passed)
    refused = [picture for picture in pictures if not any(url in passed for url in picture.urls)]
    holders = [
        holder
        for group in groups(lines_and_pictures(tokens(root, without=no_prose)), captions)
        for caption in _orphaned(group, passed=passed, captions=captions)
        for holder in erase(caption)
    ]
    around = _Around({picture.element for picture in refused})
    for picture in refused:
        if words := next((replaced[url] for url in picture.urls if url in replaced), ""):
            around.put_before(picture.element, words)
    for picture in refused:
        take_out_picture(picture.element)
    for holder in holders:
        prune(holder)
    _drop_addresses(root, refused=urls, passed=passed)


def notice(tag: str, name: str, text: str) -> HtmlElement:
    """A block of ours, by which we know it again."""
    made = Element(tag, {"data-notice": name})
    made.text = text
    return made


def _addresses(picture: Picture) -> list[str]:
    poster = picture.element.get("poster")
    return [*picture.urls, *([poster] if poster else [])]


def _orphaned(group: Group, *, passed: Collection[str], captions: Mapping[str, str]) -> list[Line]:
    """The captions of a group that belong to none of the pictures staying in it."""
    staying = {seen(captions.get(url, "")) for picture in group.pictures for url in picture.urls if url in passed}
    return [caption for caption in group.captions if caption.seen not in staying]


def _drop_addresses(root: HtmlElement, *, refused: Collection[str], passed: Collection[str]) -> None:
    """No way round: neither a link to a refused picture, nor a size or form of a passed one that nobody passed."""
    for link in [link for link in root.iter("a") if link.get("href") in refused]:
        link.drop_tag()
    for picture in root.iter("img"):
        if not set(srcset_urls(picture.get("srcset") or "")) <= set(passed):
            del picture.attrib["srcset"]
    for video in root.iter("video"):
        for name in ("src", "poster"):
            if video.get(name, "") not in passed:
                video.attrib.pop(name, None)
        for source in [source for source in video.iter("source") if source.get("src") not in passed]:
            source.drop_tree()


@dataclass(frozen=True, slots=True)
class _Around:
    """Finds the outermost element around a picture that holds refused ones and nothing else: its place in the text."""

    refused: Collection[HtmlElement]
    _known: dict[HtmlElement, bool] = field(default_factory=dict)

    def put_before(self, picture: HtmlElement, words: str) -> None:
        """Put a placeholder there."""
        block = picture
        while (parent := block.getparent()) is not None and self._holds_nothing_else(parent):
            block = parent
        inside_text = any(ancestor.tag in HOLDS_NO_BLOCK for ancestor in block.iterancestors())
        block.addprevious(notice("p" if block.tag in BLOCKS and not inside_text else "span", PLACEHOLDER, words))

    def _holds_nothing_else(self, element: HtmlElement) -> bool:
        if element not in self._known:
            self._known[element] = self._look(element)
        return self._known[element]

    def _look(self, element: HtmlElement) -> bool:
        if element.tag not in AROUND_A_PICTURE and element.tag != "figure":
            return False
        if any(one not in self.refused for one in element.iter(*PICTURES, "table", "hr")):
            return False
        return not any(isinstance(token, Words) and seen(token.text) for token in tokens(element, without=no_prose))
