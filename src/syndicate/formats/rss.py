"""How does a feed look in RSS 2.0? By the RSS Advisory Board's best practices, with Dublin Core, Media RSS and Atom."""

from email.utils import format_datetime
from functools import partial
from html import escape

from feedgen.entry import FeedEntry
from lxml import etree

from syndicate.formats import rsl
from syndicate.formats._feedgen import entry, filled, frame
from syndicate.formats._story import carries_others, creators, full_text, legal, rights
from syndicate.formats._xml import add, add_licence, add_pictures
from syndicate.model.article import Article
from syndicate.model.story import Feed, Rendition, Story

MEDIA_TYPE = "application/rss+xml"
TTL_MINUTES = 10  # how long a reader may go without asking: a withdrawal shouldn't wait longer


def render(feed: Feed) -> Rendition:
    """The feed as RSS 2.0, newest first, in UTF-8."""
    also = ("dcterms", rsl.PREFIX) if feed.licence else ("dcterms",)
    generator = frame(feed, suffix="rss", media_type=MEDIA_TYPE, finish=partial(_finish_channel, feed=feed), also=also)
    generator.language(feed.publisher.language.lower())
    generator.copyright(f"© {legal(feed.publisher.organisation)}")
    generator.ttl(TTL_MINUTES)
    document = filled(generator, [_item(story, feed) for story in feed.stories])
    return Rendition(media_type=MEDIA_TYPE, body=document.rss_str(pretty=True))


def _finish_channel(root: etree._Element, *, feed: Feed) -> None:
    # The names of days and months are English whatever the locale: email.utils has them in a table of its own.
    add(root[0], "lastBuildDate", format_datetime(feed.changed))
    for hub in feed.hubs:  # feedgen writes no link but `self`
        add(root[0], "atom:link", rel="hub", href=hub)


def _item(story: Story, feed: Feed) -> FeedEntry:
    item = entry(story, publisher=feed.publisher, finish=partial(_finish_item, story=story, feed=feed))
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
