"""How does it look? One file per standard; the two tables say which there are, and load none before it is wanted."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import zip_longest
from types import MappingProxyType, ModuleType
from typing import Protocol, cast

from syndicate.model.publisher import Publisher
from syndicate.model.story import Feed, Rendition, Retraction, Story

FEED_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "rss": "syndicate.formats.rss",
        "atom": "syndicate.formats.atom",
        "json": "syndicate.formats.jsonfeed",
    }
)
ARTICLE_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "ninjs": "syndicate.formats.ninjs",
        "schema-org": "syndicate.formats.newsarticle",
        "html": "syndicate.formats.html",
    }
)


class FeedFormat(Protocol):
    """A standard that a feed is written in. The module itself is the format.

    A feed's bytes are its opening, its entries with JOINT between each two, and its closing (`whole`). An entry's bytes
    depend on nothing but the entry and what is configured, and so are written once for every feed that it stands in.
    The same always gives the same bytes, whatever the clock, the locale or the process.
    """

    MEDIA_TYPE: str
    JOINT: bytes

    def opening(self, feed: Feed) -> bytes:
        """Everything before the first entry: what the feed is, where it goes on, and what was taken back."""

    def entry(self, story: Story, feed: Feed) -> bytes:
        """One entry."""

    def closing(self, feed: Feed) -> bytes:
        """Everything after the last entry."""


class ArticleFormat(Protocol):
    """A standard that one article is written in, and taken back in. The module itself is the format."""

    MEDIA_TYPE: str

    def render(self, story: Story, *, publisher: Publisher) -> Rendition:
        """The article with all the statements we owe the reader."""

    def retract(self, retraction: Retraction, *, publisher: Publisher) -> Rendition:
        """Word that the article is withdrawn, without any of its text."""


def feed_format(name: str) -> FeedFormat:
    """The format called `name` in FEED_FORMATS; ValueError lists the names there are."""
    return cast(FeedFormat, _loaded(name, FEED_FORMATS, "feed"))


def whole(name: str, feed: Feed) -> Rendition:
    """All of a feed in the format called `name`, newest first, in UTF-8."""
    form = feed_format(name)
    entries = [form.entry(story, feed) for story in feed.stories]
    return Rendition(media_type=form.MEDIA_TYPE, body=joined(name, feed, entries))


def joined(name: str, feed: Feed, entries: Sequence[bytes]) -> bytes:
    """A feed in the format called `name`, of entries that are written already: copied once, however large it is."""
    form, entries = feed_format(name), _fitting(name, feed, entries)
    parts = [form.opening(feed), *entries, form.closing(feed)]
    if form.JOINT:
        joints = [form.JOINT] * (len(entries) - 1)
        parts[1:-1] = [part for pair in zip_longest(entries, joints, fillvalue=b"") for part in pair]
    return b"".join(parts)


def _fitting(name: str, feed: Feed, entries: Sequence[bytes]) -> Sequence[bytes]:
    """Those of these entries that the document has room for: all, unless a partner's dialect of RSS takes only some."""
    dialect = feed.definition.dialect
    if name != "rss" or dialect is None or dialect.max_items is None or feed.archive:
        return entries
    written = [number for number, entry in enumerate(entries) if not entry.lstrip().startswith(b"<!--")]
    return entries[: written[dialect.max_items]] if len(written) > dialect.max_items else entries


def article_format(name: str) -> ArticleFormat:
    """The format called `name` in ARTICLE_FORMATS; ValueError lists the names there are."""
    return cast(ArticleFormat, _loaded(name, ARTICLE_FORMATS, "article"))


def _loaded(name: str, table: Mapping[str, str], kind: str) -> ModuleType:
    try:
        path = table[name]
    except KeyError:
        raise ValueError(f"there is no {kind} format {name!r}; there is: {', '.join(sorted(table))}") from None
    return import_module(path)
