"""How do our terms look to machines? By RSL 1.0 (Really Simple Licensing): a document of its own, and in RSS items."""

from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from syndicate.formats._story import legal
from syndicate.formats._xml import NAMESPACES, add, qualified
from syndicate.model.licence import Addresses, Licence
from syndicate.model.publisher import Publisher
from syndicate.model.story import Feed, Rendition, Story

MEDIA_TYPE = "application/rsl+xml"
PREFIX = "rsl"


def document(licence: Licence, *, publisher: Publisher, addresses: Addresses) -> Rendition:
    """`license.xml`: the licence of everything on the server where it is found."""
    namespaces: dict[Any, str] = {None: NAMESPACES[PREFIX]}
    root = etree.Element(qualified("rsl:rsl"), nsmap=namespaces)
    content = etree.SubElement(root, qualified("rsl:content"), url="/")
    _fill(content, licence, publisher=publisher, page=addresses.page)
    body = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return Rendition(media_type=MEDIA_TYPE, body=body)


def add_to_item(item: etree._Element, story: Story, feed: Feed) -> None:
    """The licence of one article: our own words only, and only where they are read on the feed's own origin.

    RSL 1.0 allows an item no other address, and what is not ours can't be licensed by us.
    """
    if feed.licence is None or not story.terms.ours or not _same_origin(story.article.url, feed.base_url):
        return
    content = add(item, "rsl:content", url=story.article.url)
    _fill(content, feed.licence, publisher=feed.publisher, page=story.terms.licence_url)


def _fill(content: etree._Element, licence: Licence, *, publisher: Publisher, page: str) -> None:
    terms = _say(content, "license")
    if licence.permits:
        _say(terms, "permits", " ".join(licence.permits), type="usage")
    # What isn't permitted isn't; where nothing is, RSL would take silence for consent.
    prohibits = licence.prohibits if licence.permits else ("all",)
    if prohibits:
        _say(terms, "prohibits", " ".join(prohibits), type="usage")
    if "@" in publisher.contact:
        _say(terms, "legal", f"mailto:{publisher.contact}", type="contact")
    _say(content, "copyright", publisher.organisation, type="organization")
    _say(content, "terms", page)


def _say(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    """An element with the prefix that its parent has."""
    child = etree.SubElement(parent, qualified(f"{PREFIX}:{name}"), attributes)
    child.text = legal(text) or None
    return child


def _same_origin(url: str, other: str) -> bool:
    """Whether scheme, host and port are the same (RFC 6454 §5)."""
    return _origin(url) == _origin(other)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
