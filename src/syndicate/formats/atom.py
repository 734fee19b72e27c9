"""How does a feed look in Atom? By RFC 4287, with RFC 4946 licence links and Media RSS pictures."""

from functools import partial
from urllib.parse import quote

from feedgen.entry import FeedEntry
from lxml import etree

from syndicate.formats._feedgen import alone, begun, frame, opened
from syndicate.formats._story import carries_others, creators, full_text, legal, minted, rights
from syndicate.formats._xml import add, add_history, add_licence, add_pictures, qualified
from syndicate.formats.stylesheet import styled
from syndicate.model.publisher import Publisher
from syndicate.model.story import Feed, Story

MEDIA_TYPE = "application/atom+xml"


JOINT = b""
_CLOSING = b"</feed>"
_ALSO = ("at", "fh")


def opening(feed: Feed) -> bytes:
    """The feed's own elements, with its tombstones (RFC 6721): all extension elements come before the first entry.

    The feed itself states neither rights nor a licence: an entry without its own would inherit them (RFC 4287 §4.2.10,
    RFC 4946 §2.2), and a reprint would pass as ours.
    """
    finish = partial(_finish_feed, feed=feed)
    generator = frame(feed, suffix="atom", media_type=MEDIA_TYPE, finish=finish, also=_ALSO)
    generator.language(feed.publisher.language)
    generator.author(name=legal(feed.publisher.name), uri=feed.publisher.home_url)
    return opened(styled(generator.atom_str(pretty=True), feed.base_url), _CLOSING)


def entry(story: Story, feed: Feed) -> bytes:
    """One `atom:entry`."""
    return alone(_entry(story, feed).atom_entry(), inside=("feed",), also=_ALSO)


def closing(_: Feed) -> bytes:
    """The end of the document."""
    return _CLOSING + b"\n"


def _finish_feed(root: etree._Element, *, feed: Feed) -> None:
    for name, url in (("icon", feed.publisher.favicon_url), ("logo", feed.publisher.icon_url)):
        if url:
            add(root, name, url)
    add_history(root, "link", feed, suffix="atom", media_type=MEDIA_TYPE)
    for tombstone in feed.tombstones:
        add(root, "at:deleted-entry", ref=tombstone.uri, when=tombstone.when.isoformat())


def _entry(story: Story, feed: Feed) -> FeedEntry:
    article = story.article
    started = begun(story, publisher=feed.publisher, finish=partial(_finish_entry, story=story, feed=feed))
    started.published(story.published)
    started.author([{"name": legal(name)} for name in creators(article)])
    started.contributor([{"name": legal(article.editor)}] if article.editor else [])
    started.rights(legal(rights(story.terms)) or None)
    body = full_text(story, feed)
    if body:
        started.content(body, type="html")
    started.summary(_summary(story, has_content=bool(body)))
    return started


def _summary(story: Story, *, has_content: bool) -> str | None:
    summary = legal(story.article.summary)
    return summary or (None if has_content else legal(story.article.headline))


def _finish_entry(element: etree._Element, *, story: Story, feed: Feed) -> None:
    # feedgen's tree is in no namespace until it is serialised: Atom's own elements are added plain.
    element.set(qualified("xml:lang"), story.article.language)
    for link in element.findall("link"):
        link.attrib.update({"rel": "alternate", "type": "text/html"})
    add_licence(element, "link", story)
    _add_source(element, story, feed.publisher)
    for content in element.findall("content"):
        content.set(qualified("xml:base"), legal(story.article.url))
        content.set(qualified("xml:lang"), story.article.language)
    add_pictures(element, story)


def _add_source(element: etree._Element, story: Story, publisher: Publisher) -> None:
    """Where a reprint was taken from (RFC 4287 §4.2.11). Its own date isn't known; ours of publication stands in.

    Every reprint has one, that it may inherit no rights from us (RFC 4946 §2.4); without an address, under a name of
    ours for it.
    """
    origin = story.article.origin
    if not carries_others(story.article):
        return
    if origin.original_url:
        add(element, "link", rel="via", href=origin.original_url)
    source = add(element, "source")
    add(source, "id", origin.original_url or minted(publisher, f"source:{quote(legal(origin.source), safe='')}"))
    add(source, "title", origin.original_title or origin.source)
    add(source, "updated", story.published.isoformat())
    add(add(source, "author"), "name", origin.original_author or origin.source)
    if story.terms.copyright:
        add(source, "rights", story.terms.copyright)
