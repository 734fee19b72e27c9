"""What HTML do we let through: less of it, for a reader who takes less. No word is lost, and none runs into another.

A picture that such a reader doesn't take goes as one that nobody passed: with its caption, and with its credit.

Only what was let through before can stay, so that a list of a partner's never opens anything.
"""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from lxml.html import Element, HtmlElement

from syndicate.markup.pictures import drop_pictures
from syndicate.markup.tags import ALLOWED, BLOCKS, PICTURES, TABLES
from syndicate.markup.tree import Picture, parse, serialise

ALWAYS = frozenset(("p", "br"))  # the statements that we owe stand in them
_ADDRESSES = {"a": ("href",), "img": ("src",), "video": ("src",), "source": ("src",)}
_CREDIT = "picture-credit"
_NOTHING: Mapping[str, str] = MappingProxyType({})
Secure = Callable[[str], str | None]


def narrow(
    html: str,
    *,
    tags: Collection[str] | None = None,
    attributes: Mapping[str, Collection[str]] | None = None,
    secure: Secure | None = None,
    captions: Mapping[str, str] = _NOTHING,
    credits: Mapping[str, str] = _NOTHING,
) -> str:
    """`html` with these tags and attributes of ours only; None leaves all there are. `html` is one that we placed.

    `secure` gives an address as it may be written, or None where it may not: a link then loses its address. A picture
    that can't stay goes with its caption and its credit (`captions`, `credits`, by url).
    """
    if tags is None and attributes is None and secure is None:
        return html
    root = parse(html)
    kept = ALLOWED if tags is None else ALWAYS.union(tags, ("source",) if "video" in tags else ())
    _drop_pictures(root, kept, secure, captions, credits)
    if secure is not None:
        _secure(root, secure)
    for element in reversed([one for one in root.iterdescendants() if one.tag not in kept]):
        _without(element)
    if attributes is not None:
        for element in root.iterdescendants():
            named = (*attributes.get(element.tag, ()), *_ADDRESSES.get(element.tag, ()))
            for name in [name for name in element.attrib if name not in named]:
                del element.attrib[name]
    return serialise(root)


def _without(element: HtmlElement) -> None:
    """Take a tag away, not what stands in it."""
    if element.tag == "hr":
        element.tag = "br"
        element.attrib.clear()
    elif element.tag not in BLOCKS:
        element.drop_tag()
    elif _can_be_paragraph(element):
        notice = element.get("data-notice")
        element.attrib.clear()
        element.tag = "p"
        if notice:
            element.set("data-notice", notice)
    else:
        _open(element)


def _can_be_paragraph(element: HtmlElement) -> bool:
    parent = element.getparent()
    if parent is None or parent.tag in TABLES or any(ancestor.tag == "p" for ancestor in element.iterancestors()):
        return False
    return not any(inner.tag in BLOCKS or inner.tag == "hr" for inner in element.iterdescendants())


def _open(element: HtmlElement) -> None:
    """Take a block's tag away, with a line's end on each side where words would run together."""
    before, parent = element.getprevious(), element.getparent()
    first = next(iter(element), None)
    if (_said(element.text) or _in_line(first)) and (
        _said(before.tail if before is not None else parent.text) or _in_line(before)
    ):
        element.addprevious(Element("br"))
    last = next(element.iterchildren(reversed=True), None)
    at_the_end = element.text if last is None else last.tail
    if (_said(at_the_end) or _in_line(last)) and (_said(element.tail) or _in_line(element.getnext())):
        element.append(Element("br"))
    element.drop_tag()


def _said(text: str | None) -> bool:
    return bool(text and text.strip())


def _in_line(element: HtmlElement | None) -> bool:
    return element is not None and element.tag not in BLOCKS and element.tag not in ("br", "hr")


def _drop_pictures(
    root: HtmlElement,
    kept: Collection[str],
    secure: Secure | None,
    captions: Mapping[str, str],
    credits: Mapping[str, str],
) -> None:
    pictures = [Picture(element) for element in root.iter(*PICTURES)]
    urls = {url: picture.element.tag for picture in pictures for url in _all_addresses(picture)}
    passed = {url for url, tag in urls.items() if tag in kept and (secure is None or secure(url) is not None)}
    if len(passed) < len(urls):
        for credit in _credits_of(root, urls.keys() - passed, credits):
            credit.drop_tree()
        drop_pictures(root, passed=passed, captions=captions, replaced={})


def _secure(root: HtmlElement, secure: Secure) -> None:
    for element in list(root.iter(*_ADDRESSES)):
        element.attrib.pop("srcset", None)
        for name in ("href", "src", "poster"):
            if name in element.attrib:
                _secure_one(element, name, secure)


def _all_addresses(picture: Picture) -> list[str]:
    poster = picture.element.get("poster")
    return [*picture.urls, *([poster] if poster else [])]


def _secure_one(element: HtmlElement, name: str, secure: Secure) -> None:
    told = element.get(name) or ""
    address = told if told.startswith("mailto:") else secure(told)
    if address is not None:
        element.set(name, address)
    elif element.tag == "a":
        element.drop_tag()
    else:
        del element.attrib[name]


def _credits_of(root: HtmlElement, refused: Collection[str], credits: Mapping[str, str]) -> list[HtmlElement]:
    """The credits that stand under these pictures and under none that stays."""
    found, uncredited = list[HtmlElement](), list[Picture]()
    for element in root.iterdescendants():
        if element.tag in PICTURES:
            uncredited.append(Picture(element))
        elif element.get("data-notice") == _CREDIT:
            words = (element.text or "").strip()
            its = [one for one in uncredited if any(credits.get(url, "").strip() == words for url in one.urls)]
            uncredited = [one for one in uncredited if one not in its]
            if its and all(url in refused for one in its for url in one.urls):
                found.append(element)
    return found
