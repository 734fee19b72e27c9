"""How an extension element is written: its namespace, its legal text, and a picture with its credit and licence."""

from types import MappingProxyType

from lxml import etree

from syndicate.formats._story import legal
from syndicate.model.article import Picture
from syndicate.model.story import Feed, Story

NAMESPACES = MappingProxyType(
    {
        "at": "http://purl.org/atompub/tombstones/1.0",
        "atom": "http://www.w3.org/2005/Atom",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "dcterms": "http://purl.org/dc/terms/",
        "fh": "http://purl.org/syndication/history/1.0",
        "media": "http://search.yahoo.com/mrss/",
        "rsl": "https://rslstandard.org/rsl",
        "xml": "http://www.w3.org/XML/1998/namespace",
    }
)
UNSPECIFIED_LICENCE = "http://purl.org/atompub/license#unspecified"  # RFC 4946 §2.4


def qualified(name: str) -> str:
    """`dc:rights` as lxml wants it; a name without a prefix stays as it is."""
    prefix, colon, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}" if colon else name


def add(parent: etree._Element, name: str, text: str = "", **attributes: object) -> etree._Element:
    """Append an element; attributes that are None or empty are left out, illegal characters dropped."""
    given = {key: legal(str(value)) for key, value in attributes.items() if value not in (None, "")}
    prefix, colon, _ = name.partition(":")
    # The prefix is said here too: feedgen's elements are made before they have a parent that declares it.
    child = etree.SubElement(parent, qualified(name), given, nsmap={prefix: NAMESPACES[prefix]} if colon else None)
    if text:
        child.text = legal(text)
    return child


def add_history(parent: etree._Element, link: str, feed: Feed, *, suffix: str, media_type: str) -> None:
    """Where the feed goes on (RFC 5005 §4): `link` is what the format calls an Atom link."""
    if feed.archive:
        add(parent, "fh:archive")
    for rel, month in (("prev-archive", feed.previous), ("next-archive", feed.following)):
        if month:
            add(parent, link, rel=rel, href=feed.archive_url(suffix, month), type=media_type)
    if feed.archive:
        add(parent, link, rel="current", href=feed.url(suffix), type=media_type)


def add_licence(parent: etree._Element, name: str, story: Story) -> None:
    """The licence link (RFC 4946). A story without a licence of its own says so, lest it inherit another's."""
    href = story.terms.licence_url
    if href:
        add(parent, name, rel="license", href=href, type="text/html", title=story.terms.copyright)
    else:
        add(parent, name, rel="license", href=UNSPECIFIED_LICENCE)


def add_pictures(parent: etree._Element, story: Story) -> None:
    """Each picture as `media:content` (Media RSS 1.5.1), never in a group: that is for renditions of one picture."""
    for picture in story.article.pictures:
        _add_picture(parent, picture, story)


def _add_picture(parent: etree._Element, picture: Picture, story: Story) -> None:
    content = add(
        parent,
        "media:content",
        url=picture.url,
        fileSize=picture.size_bytes,
        type=picture.media_type,
        medium="video" if picture.is_video else "image",
        width=picture.width,
        height=picture.height,
    )
    if picture.caption:
        add(content, "media:description", picture.caption, type="plain")
    if credit := story.terms.credits.get(picture.url):
        add(content, "media:credit", credit, role="photographer", scheme="urn:ebu")
    # Not media:license nor media:rights: the W3C validator calls both errors.
    rights = story.terms.picture(picture.url)
    if rights.copyright:
        add(content, "media:copyright", rights.copyright, url=rights.licence_url)
