"""How does a feed look in RSS 2.0? By the RSS Advisory Board's best practices, with Dublin Core, Media RSS and Atom."""

from email.utils import format_datetime
from functools import partial
from html import escape

from feedgen.entry import FeedEntry
from lxml import etree

from syndicate.formats import dialect, rsl
from syndicate.formats._feedgen import alone, begun, frame, opened
from syndicate.formats._story import carries_others, creators, full_text, legal, rights
from syndicate.formats._xml import add, add_history, add_licence, add_pictures
from syndicate.formats.stylesheet import styled
from syndicate.model.article import Article
from syndicate.model.story import Feed, Story

MEDIA_TYPE = "application/rss+xml"
JOINT = b""
TTL_MINUTES = 10  # how long a reader may go without asking: a withdrawal shouldn't wait longer


_CLOSING = b"  </channel>\n</rss>"


def opening(feed: Feed) -> bytes:
    """The channel's own elements. A partner's own feed is written in its dialect, where it has one."""
    if feed.definition.dialect:
        return dialect.opening(feed)
    finish = partial(_finish_channel, feed=feed)
    generator = frame(feed, suffix="rss", media_type=MEDIA_TYPE, finish=finish, also=_namespaces(feed))
    generator.language(feed.publisher.language.lower())
    generator.copyright(f"© {legal(feed.publisher.organisation)}")
    generator.ttl(TTL_MINUTES)
    return opened(styled(generator.rss_str(pretty=True), feed.base_url), _CLOSING)


def entry(story: Story, feed: Feed) -> bytes:
    """One `item`."""
    if feed.definition.dialect:
        return dialect.entry(story, feed)
    return alone(_item(story, feed).rss_entry(), inside=("rss", "channel"), also=_namespaces(feed))


def closing(feed: Feed) -> bytes:
    """The end of the document."""
    return dialect.closing(feed) if feed.definition.dialect else _CLOSING + b"\n"


def _namespaces(feed: Feed) -> tuple[str, ...]:
    return ("dcterms", "fh", rsl.PREFIX) if feed.licence else ("dcterms", "fh")


def _finish_channel(root: etree._Element, *, feed: Feed) -> None:
    # The names of days and months are English whatever the locale: email.utils has them in a table of its own.
    add(root[0], "lastBuildDate", format_datetime(feed.changed))
    _add_image(root[0], feed)
    for hub in feed.hubs:  # feedgen writes no link but `self`
        add(root[0], "atom:link", rel="hub", href=hub)
    add_history(root[0], "atom:link", feed, suffix="rss", media_type=MEDIA_TYPE)


def _add_image(channel: etree._Element, feed: Feed) -> None:
    """The newsroom's sign; RSS wants its title and link to be the channel's."""
    url = feed.publisher.favicon_url or feed.publisher.icon_url
    if url:
        image = add(channel, "image")
        add(image, "url", url)
        add(image, "title", channel.findtext("title") or "")
        add(image, "link", channel.findtext("link") or "")


def _item(story: Story, feed: Feed) -> FeedEntry:
    item = begun(story, publisher=feed.publisher, finish=partial(_finish_item, story=story, feed=feed))
    _describe(item, story.article, full_text(story, feed))
    picture = next((picture for picture in story.article.pictures if picture.size_bytes), None)
    if picture:  # at most one enclosure, and only with its length: RSS 2.0 asks for both
        item.enclosure(legal(picture.url), picture.size_bytes, picture.media_type)
    return item


def _describe(item: FeedEntry, article: Article, body: str) -> None:
    summary = legal(article.summary)
    if not body:
        item.description(escape(summary, quote=False) or None)
        return
    # Without a description feedgen would write the body into that element, and full text wants one before it.
    item.description(escape(summary or legal(article.headline) or article.id, quote=False))
    item.content(body, type="CDATA")


def _finish_item(item: etree._Element, *, story: Story, feed: Feed) -> None:
    add(item, "pubDate", format_datetime(story.published))
    _add_source(item, story.article)
    for name in creators(story.article):
        add(item, "dc:creator", name)
    add(item, "dc:language", story.article.language)
    _add_rights(item, story)
    add(item, "atom:updated", story.updated.isoformat())
    add(item, "dcterms:modified", story.modified.isoformat())
    add_pictures(item, story)
    rsl.add_to_item(item, story, feed)


def _add_rights(item: etree._Element, story: Story) -> None:
    """In words, by link, and whose it is. No `creativeCommons:license`: that is for their licences alone."""
    terms = story.terms
    if statement := rights(terms):
        add(item, "dc:rights", statement)
    if terms.holder:
        add(item, "dcterms:rightsHolder", terms.holder)
    add_licence(item, "atom:link", story)
    if terms.licence_url:
        add(item, "dcterms:license", terms.licence_url)


def _add_source(item: etree._Element, article: Article) -> None:
    url = article.origin.original_url
    if carries_others(article) and url:
        add(item, "source", article.origin.source, url=url)
        add(item, "atom:link", rel="via", href=url)
    elif carries_others(article):  # RSS's own element must have an address
        add(item, "dc:source", article.origin.source)
