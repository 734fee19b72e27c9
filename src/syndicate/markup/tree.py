"""What HTML do we let through: the clean body as a tree, and back to the very same text.

Cleaned HTML is balanced and known tag by tag, so it is read as XML: libxml2's HTML parser closes tags where
HTML5 does not, and would move words about.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement, XHTMLParser

from syndicate.markup.characters import escaped
from syndicate.markup.sanitise import sanitise
from syndicate.markup.tags import BLOCKS, PICTURES, VOID

_VOID_TAG = re.compile(r"<((?:br|hr|img|source)\b[^>]*)>")


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of text and where it hangs: in `owner`, or behind it when `tail`."""

    owner: HtmlElement
    tail: bool
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An `img` or a `video`, where it stands in the text."""

    element: HtmlElement

    @property
    def urls(self) -> list[str]:
        """Its addresses: a film may have several, of which a browser takes the first that it can show."""
        own = [self.element.get("src")] if self.element.tag == "img" or self.element.get("src") else []
        return [url or "" for url in (*own, *(source.get("src") for source in self.element.iter("source")))]


PLACEHOLDER = "picture-placeholder"
Token = Words | Picture | None  # None is the end of a line


def parse(html: str) -> HtmlElement:
    """A `body` element holding `html`, which is cleaned first: relative addresses must be absolute by now."""
    clean = _VOID_TAG.sub(r"<\1/>", sanitise(html, base_url="")).replace("&nbsp;", "&#160;")
    root: HtmlElement = etree.fromstring(f"<body>{clean}</body>", parser=XHTMLParser(huge_tree=True))
    return root


def serialise(root: HtmlElement) -> str:
    """What is in `root` as HTML, in the spelling that `sanitise` gives: same tree, same text."""
    written: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            written += [_start_tag(element) if element is not root else "", _text(element.text)]
        elif element is not root:
            written += [f"</{element.tag}>" if element.tag not in VOID else "", _text(element.tail)]
    return "".join(written)


def _start_tag(element: HtmlElement) -> str:
    return f"<{element.tag}" + "".join(f' {name}="{escaped(value)}"' for name, value in element.attrib.items()) + ">"


def _text(text: str | None) -> str:
    return escaped(text or "").replace("&quot;", '"')


def is_notice(element: HtmlElement) -> bool:
    """Whether we put it there."""
    return element.get("data-notice") is not None


def is_placeholder(element: HtmlElement) -> bool:
    """Whether it stands where something else stood: so it keeps apart what that kept apart."""
    return bool(element.get("data-notice") == PLACEHOLDER)


def no_prose(element: HtmlElement) -> bool:
    """Whether it is beside the text itself: a notice of ours, or a figure's caption."""
    return is_notice(element) or element.tag == "figcaption"


def tokens(root: HtmlElement, *, without: Callable[[HtmlElement], bool] | None = None) -> Iterator[Token]:
    """The text pieces, pictures and line ends in `root`, in reading order; elements `without` says are passed over."""
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        hidden = bool(without and element is not root and without(element))
        if element.tag in BLOCKS and (not (hidden and is_notice(element)) or is_placeholder(element)):
            yield None
        if event == "end":
            if element is not root and element.tail:
                yield Words(element, True, element.tail)
        elif hidden:
            walker.skip_subtree()
        else:
            yield from _opening(element)


def _opening(element: HtmlElement) -> Iterator[Token]:
    if element.tag in PICTURES:
        yield Picture(element)
    elif element.tag in ("br", "hr"):
        yield None
    if element.text:
        yield Words(element, False, element.text)
