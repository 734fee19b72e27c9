"""Feeds: which have changed since they were built, and the bytes that are served."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, case, select, true, update

from syndicate.ledger import contents
from syndicate.ledger.database import in_batches
from syndicate.ledger.insert import insert_new, upsert
from syndicate.ledger.tables import feed_renditions, feeds
from syndicate.model.story import Rendition


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
    selection: str


@dataclass(frozen=True)
class Served:
    """What a reader of a feed gets: `digest` is its validator, `packed` the bytes as gzip.

    `build` is the feed's number when they were built last: whatever had changed up to then is in them.
    """

    digest: str
    media_type: str
    built_at: datetime
    build: int
    packed: bytes


def touch(connection: Connection, ids: Iterable[str], *, at: datetime, urgent: bool) -> None:
    """Note that what these feeds hold has changed, for a reason that happened `at`."""
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


def reconsider(connection: Connection) -> None:
    """Have every feed built again, because the configuration may have changed; what comes out the same stays."""
    connection.execute(update(feeds).values(dirty_seq=feeds.c.dirty_seq + 1))


def ensure(connection: Connection, ids: Iterable[str], *, at: datetime) -> None:
    """Make sure that these feeds exist, so that an empty one can be read too."""
    insert_new(connection, feeds, [_new(feed_id, at) for feed_id in ids])


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


def built(connection: Connection, seen: FeedState) -> bool:
    """Note that what was seen needs no new bytes; False when a later build has overtaken us."""
    return _advance(connection, seen, {})


def publish(
    connection: Connection,
    seen: FeedState,
    *,
    selection: str,
    changed_at: datetime,
    renditions: Mapping[str, Rendition],
    now: datetime,
) -> bool:
    """Put new bytes in place, all formats at once; False, and nothing changed, when a later build has overtaken us."""
    if not _advance(connection, seen, {"selection": selection, "changed_at": changed_at, "built_at": now}):
        return False
    former = set(connection.scalars(_digests(seen.id)))
    for name, rendition in sorted(renditions.items()):
        row = {
            "feed_id": seen.id,
            "format": name,
            "digest": contents.keep(connection, rendition.body),
            "media_type": rendition.media_type,
        }
        upsert(connection, feed_renditions, row, key=["feed_id", "format"])
    contents.drop(connection, former - set(connection.scalars(_digests(seen.id))))  # nobody is served these any more
    return True


def serve(connection: Connection, feed_id: str, format_name: str) -> Served | None:
    """The bytes of a feed in one format, or None when it was never built."""
    row = connection.execute(
        select(feed_renditions, feeds.c.built_at, feeds.c.built_seq)
        .join(feeds, feeds.c.id == feed_renditions.c.feed_id)
        .where(feed_renditions.c.feed_id == feed_id, feed_renditions.c.format == format_name)
    ).one_or_none()
    if row is None:
        return None
    return Served(
        digest=row.digest,
        media_type=row.media_type,
        built_at=row.built_at,
        build=row.built_seq,
        packed=contents.packed(connection, row.digest),
    )


def _digests(feed_id: str) -> Select[str]:
    return select(feed_renditions.c.digest).where(feed_renditions.c.feed_id == feed_id)


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
    return {"id": feed_id, "dirty_seq": 1, "built_seq": 0, "dirty_at": at, "selection": "", "urgent": False}
