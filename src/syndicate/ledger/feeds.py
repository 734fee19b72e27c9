"""Feeds: which have changed since they were built, and the bytes that are served."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, case, delete, select, true, update
from zstandard import ZstdCompressor

from syndicate.ledger import contents, feed_entries
from syndicate.ledger.contents import Packed
from syndicate.ledger.database import in_batches
from syndicate.ledger.insert import insert_new, upsert
from syndicate.ledger.tables import feed_documents, feed_versions, feeds

SUBSCRIPTION = ""  # the document that readers subscribe to, beside the archives of months
# Last-Modified has no fractions, and clocks may be set back: other bytes are always of a later second than those before
# them, or curl (and newsboat with it) throws away what it has just been sent.
_A_SECOND = timedelta(seconds=1)
_VERSIONS_KEPT = 200  # of a feed in one format: who asks with an older one gets all of it


@dataclass(frozen=True)
class FeedState:
    """How far a feed's build is behind what it should hold."""

    id: str
    dirty_seq: int
    built_seq: int
    urgent: bool
    dirty_at: datetime
    changed_at: datetime | None
    built_at: datetime | None
    form: str
    build: int


@dataclass(frozen=True)
class Document:
    """One document of a feed in one format, written and compressed: the subscription document, or a month's archive."""

    month: str
    format: str
    media_type: str
    packed: Packed
    zstd: bytes


@dataclass(frozen=True)
class Served:
    """What a reader of a feed gets: `digest` is its validator, `packed` the bytes as gzip, `zstd` as Zstandard.

    `build` is the feed's newest: whatever that and the former ones changed is in it.
    """

    digest: str
    media_type: str
    built_at: datetime
    build: int
    packed: bytes
    zstd: bytes | None


def touch(
    connection: Connection, ids: Iterable[str], *, at: datetime, urgent: bool, article_id: str | None = None
) -> None:
    """Note that what these feeds hold of an article has changed, for a reason that happened `at`."""
    touched = sorted(set(ids))
    insert_new(connection, feeds, [_new(feed_id, at) for feed_id in touched])
    some = feeds.c.id.in_(touched)
    connection.execute(select(feeds.c.id).where(some).order_by(feeds.c.id).with_for_update()).all()  # in one order
    connection.execute(
        update(feeds)
        .where(some)
        .values(
            dirty_seq=feeds.c.dirty_seq + 1,
            dirty_at=case((feeds.c.dirty_at < at, at), else_=feeds.c.dirty_at),
            urgent=true() if urgent else feeds.c.urgent,
        )
    )
    if article_id and touched:
        feed_entries.ask(connection, touched, article_id)


def reconsider(connection: Connection) -> None:
    """Have every feed built again, because the configuration may have changed; what comes out the same stays."""
    connection.execute(select(feeds.c.id).order_by(feeds.c.id).with_for_update()).all()  # as `touch`, in one order
    connection.execute(update(feeds).values(dirty_seq=feeds.c.dirty_seq + 1))


def ensure(connection: Connection, ids: Iterable[str], *, at: datetime) -> None:
    """Make sure that these feeds exist, so that an empty one can be read too."""
    insert_new(connection, feeds, [_new(feed_id, at) for feed_id in sorted(set(ids))])  # as `touch`, in one order


def missing(connection: Connection, ids: Iterable[str]) -> list[str]:
    """Those of these feeds that aren't there yet."""
    wanted = sorted(set(ids))
    there = {
        name
        for some in in_batches(wanted)
        for name in connection.scalars(select(feeds.c.id).where(feeds.c.id.in_(some)))
    }
    return [name for name in wanted if name not in there]


def state(connection: Connection, feed_id: str) -> FeedState | None:
    """How a feed stands."""
    row = connection.execute(select(feeds).where(feeds.c.id == feed_id)).one_or_none()
    return FeedState(**row._mapping) if row else None


def every(connection: Connection) -> Sequence[FeedState]:
    """Every feed there is."""
    return [FeedState(**row._mapping) for row in connection.execute(select(feeds).order_by(feeds.c.id))]


def unbuilt(connection: Connection, *, limit: int) -> list[tuple[str, bool]]:
    """The feeds that are behind, those first that must forget something: (id, urgent)."""
    behind = select(feeds.c.id, feeds.c.urgent).where(feeds.c.built_seq < feeds.c.dirty_seq)
    rows = connection.execute(behind.order_by(feeds.c.urgent.desc()).limit(limit))
    return [(row.id, row.urgent) for row in rows]


def built(connection: Connection, seen: FeedState, *, form: str) -> bool:
    """Note that what was seen needs no new bytes under this form; False when a later build has overtaken us."""
    return _advance(connection, seen, {"form": form})


def publish(
    connection: Connection,
    seen: FeedState,
    *,
    form: str,
    changed_at: datetime,
    documents: Sequence[Document],
    dropped: Iterable[str] = (),
    now: datetime,
) -> bool:
    """Put new documents in place, all at once; False, and nothing changed, when a later build has overtaken us.

    `dropped` are the months whose archives are empty now.
    """
    values = {"form": form, "changed_at": changed_at, "built_at": now, "build": seen.build + 1}
    if not _advance(connection, seen, values):
        return False
    former = {(row.month, row.format): row for row in connection.execute(_of(seen.id))}
    contents.keep_all(connection, [one.packed for one in documents])
    for one in documents:
        before = former.get((one.month, one.format))
        if before is None or before.digest != one.packed.digest:
            _put(connection, seen.id, one, now=max(now, before.built_at + _A_SECOND) if before else now)
        if one.month == SUBSCRIPTION:
            _remember(connection, seen, one, now=now)
    empty = feed_documents.c.month.in_(sorted(dropped))
    connection.execute(delete(feed_documents).where(feed_documents.c.feed_id == seen.id, empty))
    served = {row.digest for row in connection.execute(_of(seen.id))}
    contents.drop(connection, {row.digest for row in former.values()} - served)  # nobody is served these any more
    return True


def _put(connection: Connection, feed_id: str, one: Document, *, now: datetime) -> None:
    row = {
        "feed_id": feed_id,
        "month": one.month,
        "format": one.format,
        "digest": one.packed.digest,
        "media_type": one.media_type,
        "zstd": one.zstd,
        "built_at": now,
    }
    upsert(connection, feed_documents, row, key=["feed_id", "month", "format"])


def _remember(connection: Connection, seen: FeedState, one: Document, *, now: datetime) -> None:
    """Which build gave these bytes: who has them can be told what has changed since."""
    row = {"feed_id": seen.id, "format": one.format, "digest": one.packed.digest}
    upsert(
        connection,
        feed_versions,
        row | {"build": seen.build + 1, "served_at": now},
        key=["feed_id", "format", "digest"],
    )
    old = feed_versions.c.build <= seen.build + 1 - _VERSIONS_KEPT
    connection.execute(delete(feed_versions).where(feed_versions.c.feed_id == seen.id, old))


def document(month: str, format_name: str, media_type: str, body: bytes) -> Document:
    """Compress a document, outside the transaction that keeps it: the same bytes always compress to the same bytes."""
    return Document(month, format_name, media_type, contents.pack(body), ZstdCompressor(level=9).compress(body))


def serve(connection: Connection, feed_id: str, format_name: str, *, month: str = SUBSCRIPTION) -> Served | None:
    """The bytes of a feed's document in one format, or None when it was never built."""
    wanted = _of(feed_id).where(feed_documents.c.format == format_name, feed_documents.c.month == month)
    wanted = wanted.join(feeds, feeds.c.id == feed_documents.c.feed_id).add_columns(feeds.c.build)
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    return Served(
        digest=row.digest,
        media_type=row.media_type,
        built_at=row.built_at,
        build=row.build,
        packed=contents.packed(connection, row.digest),
        zstd=row.zstd,
    )


def archives(connection: Connection, feed_id: str) -> list[str]:
    """The months of which a feed has an archive, in their order."""
    wanted = select(feed_documents.c.month).where(feed_documents.c.feed_id == feed_id, feed_documents.c.month != "")
    return sorted(connection.scalars(wanted.distinct()))


def build_of(connection: Connection, feed_id: str, format_name: str, digest: str) -> int | None:
    """The newest build of a feed that gave bytes whose digest begins like this; None when we don't know any more."""
    wanted = select(feed_versions.c.build).where(
        feed_versions.c.feed_id == feed_id,
        feed_versions.c.format == format_name,
        feed_versions.c.digest.startswith(digest, autoescape=True),
    )
    return connection.scalar(wanted.order_by(feed_versions.c.build.desc()).limit(1))


def _of(feed_id: str) -> Select[tuple[object, ...]]:
    return select(feed_documents).where(feed_documents.c.feed_id == feed_id)


def _advance(connection: Connection, seen: FeedState, values: Mapping[str, object]) -> bool:
    """Move `built_seq` on to what was seen. Nothing urgent is left when nothing came since."""
    nothing_since = feeds.c.dirty_seq == seen.dirty_seq
    written = connection.execute(
        update(feeds)
        .where(feeds.c.id == seen.id, feeds.c.built_seq == seen.built_seq)
        .values(built_seq=seen.dirty_seq, urgent=case((nothing_since, False), else_=feeds.c.urgent), **values)
    )
    return written.rowcount == 1


def _new(feed_id: str, at: datetime) -> dict[str, object]:
    return {"id": feed_id, "dirty_seq": 1, "built_seq": 0, "dirty_at": at, "form": "", "urgent": False, "build": 0}
