"""What a feed consists of: the document that readers subscribe to, and an archive of each month that is over.

All that a feed holds stands in one of them (RFC 5005 §4): the subscription document has what moved last, and where the
feed has archives, also everything that was published in a month that isn't over yet.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from syndicate.formats import FEED_FORMATS, feed_format, joined
from syndicate.ledger import feed_entries, feeds
from syndicate.ledger.entry_bytes import Kept, Missing
from syndicate.ledger.feed_entries import Entry
from syndicate.ledger.feeds import SUBSCRIPTION, Document
from syndicate.model.story import Feed, Tombstone
from syndicate.pipeline.entries import Changes

MOST = 1_000  # entries in a document that grows
# Readers and the W3C validator take 5,000,000 bytes at most; what is left is for the opening and its tombstones.
MOST_BYTES = 4_800_000
_LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)
TOMBSTONES, FOR_DAYS = 500, 30  # that stand in the subscription document, and how long


@dataclass(frozen=True)
class Documents:
    """What was written anew, and the months whose archives are empty now."""

    written: Sequence[Document]
    dropped: Sequence[str] = field(default=())


def write_documents(connection: Connection, feed: Feed, changes: Changes, *, kept: Kept, whole: bool) -> Documents:
    """The subscription document, and the archives that are others than they were, or all of them.

    `feed` comes without entries. They depend on what stands in the feed and on its `changed` alone, never on a clock.
    """
    feed_id, but = feed.definition.id, changes.now.keys()
    months = _finished(connection, feed, changes)
    before = feeds.archives(connection, feed_id)
    written = [_subscription(connection, feed, changes, months, kept)]
    touched = {entry.month for some in (changes.former, changes.now) for entry in some.values()}
    for month in months:
        if whole or month in touched or _beside(month, months) != _beside(month, before):
            previous, following = _beside(month, months)
            standing = [entry for entry in changes.standing if entry.month == month]
            standing += feed_entries.of_month(connection, feed_id, month, but=but)
            update: dict[str, object] = {"archive": month, "previous": previous, "following": following}
            update |= {"changed": _archive_changed(connection, feed, changes, standing), "hubs": ()}
            archive = feed.model_copy(update=update)  # which names no hub: nobody subscribes to one
            written.append(_documents(connection, archive, standing, kept))
    return Documents([one for some in written for one in some], sorted(set(before) - set(months)))


def tombstones(connection: Connection, entries: Sequence[Entry]) -> tuple[Tombstone, ...]:
    """Word that these were taken back, the last first."""
    uris = feed_entries.uris(connection, [entry.article_id for entry in entries])
    order = sorted(entries, key=lambda entry: entry.article_id)
    order.sort(key=_gone_at, reverse=True)
    return tuple(Tombstone(uri=uris[entry.article_id], when=_gone_at(entry)) for entry in order)


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """In the order in which they stand in a document."""
    order = sorted(entries, key=lambda entry: entry.article_id)
    return sorted(order, key=lambda entry: entry.published_at or _LONG_AGO, reverse=True)


def body(feed: Feed, entries: Sequence[Entry], name: str, kept: Kept) -> bytes:
    """A document's bytes in one format, of entries that are in mind."""
    return joined(name, feed, [kept.get(entry.version, name) for entry in entries])


def _subscription(
    connection: Connection, feed: Feed, changes: Changes, months: Sequence[str], kept: Kept
) -> list[Document]:
    since = feed.changed - timedelta(days=FOR_DAYS)
    gone = [entry for entry in changes.now.values() if entry.gone_at and entry.gone_at >= since]
    found = feed_entries.gone(connection, feed.definition.id, since=since, limit=TOMBSTONES + len(changes.now))
    gone += [entry for entry in found if entry.article_id not in changes.now]
    update = {
        "tombstones": tombstones(connection, gone)[:TOMBSTONES],
        "previous": months[-1] if months else "",
    }
    window = _window(connection, feed, changes)
    _load(connection, window, kept)
    return _documents(connection, feed.model_copy(update=update), _fitting(window, kept), kept)


def _window(connection: Connection, feed: Feed, changes: Changes) -> list[Entry]:
    """What moved last, as many as the feed's length and days allow; and all of a month that has no archive yet."""
    definition, but = feed.definition, changes.now.keys()
    found = changes.standing + feed_entries.newest(connection, definition.id, but=but, limit=definition.length)
    found.sort(key=lambda entry: entry.article_id)
    found.sort(key=lambda entry: (entry.moved_at or _LONG_AGO, entry.published_at or _LONG_AGO), reverse=True)
    window = {entry.article_id: entry for entry in found[: definition.length]}
    if definition.days:
        oldest = feed.changed - timedelta(days=definition.days)
        window = {name: entry for name, entry in window.items() if entry.published_at and entry.published_at >= oldest}
    if definition.archives:
        month = _month_of(feed.changed, feed)
        running = [entry for entry in changes.standing if entry.month >= month]
        running += feed_entries.since_month(connection, definition.id, month, but=but, limit=MOST)
        window = {entry.article_id: entry for entry in newest_first(running)[:MOST]} | window
    return list(window.values())


def _fitting(window: Sequence[Entry], kept: Kept) -> list[Entry]:
    """Those of the window that a document has room for, what moved last before all else.

    One that is larger than a document by itself keeps nobody else out.
    """
    fitting, room = [], MOST_BYTES
    for entry in sorted(window, key=_moved, reverse=True):
        size = max(len(kept.get(entry.version, name)) for name in FEED_FORMATS)
        if size <= room:
            fitting.append(entry)
            room -= size
    return fitting


def _moved(entry: Entry) -> tuple[datetime, datetime, str]:
    return entry.moved_at or _LONG_AGO, entry.published_at or _LONG_AGO, entry.article_id


def _finished(connection: Connection, feed: Feed, changes: Changes) -> list[str]:
    """The months of which there is an archive: those that were over when the feed last changed."""
    if not feed.definition.archives:
        return []
    found = feed_entries.months(connection, feed.definition.id, but=changes.now.keys())
    found |= {entry.month for entry in changes.standing}
    return sorted(month for month in found if month < _month_of(feed.changed, feed))


def _archive_changed(connection: Connection, feed: Feed, changes: Changes, standing: Sequence[Entry]) -> datetime:
    """When an archive last changed: by what stands or stood in it alone, however much later the feed has."""
    month, but = standing[0].month, changes.now.keys()
    gone = feed_entries.last_gone(connection, feed.definition.id, month, but=but)
    moments = [gone, *(entry.gone_at for entry in changes.now.values() if entry.month == month)]
    moments += [entry.moved_at for entry in standing]
    return max((moment.replace(microsecond=0) for moment in moments if moment), default=feed.changed)


def _month_of(moment: datetime, feed: Feed) -> str:
    return moment.astimezone(ZoneInfo(feed.publisher.timezone)).strftime("%Y-%m")


def _beside(month: str, months: Sequence[str]) -> tuple[str, str]:
    """The archives before and after one; of one that isn't among them, none."""
    if month not in months:
        return "", ""
    at = months.index(month)
    return months[at - 1] if at else "", months[at + 1] if at + 1 < len(months) else ""


def _documents(connection: Connection, feed: Feed, entries: Collection[Entry], kept: Kept) -> list[Document]:
    _load(connection, entries, kept)
    order = newest_first(entries)
    return [
        feeds.document(feed.archive or SUBSCRIPTION, name, feed_format(name).MEDIA_TYPE, body(feed, order, name, kept))
        for name in FEED_FORMATS
    ]


def _gone_at(entry: Entry) -> datetime:
    assert entry.gone_at is not None  # the caller has looked
    return entry.gone_at


def _load(connection: Connection, entries: Iterable[Entry], kept: Kept) -> None:
    """Have their bytes in mind. Raises `Missing`."""
    if lacking := kept.load(connection, [entry.version for entry in entries], FEED_FORMATS):
        raise Missing(lacking)
