"""Who fetched which version of which feed, and when: by token, so that it can be shown who has heard of a removal."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update

from syndicate.ledger.tables import feed_entries, fetches

UNCHANGED = 304


@dataclass(frozen=True)
class Fetch:
    """One answer: what a token got of a feed. 304 says that they have this version already.

    `build` is the feed's newest when this version was served: whatever that and former ones changed is in it. `month`
    is an archive's; empty for the document that readers subscribe to.
    """

    token_id: str
    partner_id: str
    feed_id: str
    format: str
    month: str
    status: int
    digest: str
    build: int
    bytes: int
    at: datetime


def record(connection: Connection, found: Iterable[Fetch]) -> None:
    """Write these down, in their order. Who asks again and again and hears 304 adds to one row for each build."""
    rows = _rows(found)
    new = [row for row in rows if row["status"] != UNCHANGED or not _add_to_former(connection, row)]
    if new:
        connection.execute(insert(fetches), new)


def latest(
    connection: Connection, *, partner_id: str | None = None, feed_id: str | None = None, limit: int
) -> Sequence[Row[tuple[object, ...]]]:
    """The newest rows, of all or of one partner, and of one feed; the newest first."""
    wanted = select(fetches).order_by(fetches.c.seq.desc()).limit(limit)
    if partner_id is not None:
        wanted = wanted.where(fetches.c.partner_id == partner_id)
    if feed_id is not None:
        wanted = wanted.where(fetches.c.feed_id == feed_id)
    return connection.execute(wanted).all()


@dataclass(frozen=True)
class Heard:
    """Since when an article is gone from a feed, and which tokens have had a version without it, with when first."""

    feed_id: str
    gone_at: datetime
    first: dict[str, datetime]


def heard(connection: Connection, article_id: str) -> list[Heard]:
    """Of each feed that an article stood in and stands in no more: who has fetched it since.

    What counts is the document that readers subscribe to, with the word that it was taken back, in any format: an
    archive only lacks it. Who is not among them may have the article still.
    """
    wanted = select(feed_entries.c.feed_id, feed_entries.c.gone_at, feed_entries.c.build).where(
        feed_entries.c.article_id == article_id, feed_entries.c.version == "", feed_entries.c.gone_at.is_not(None)
    )
    return [
        Heard(row.feed_id, row.gone_at, _first(connection, row.feed_id, row.build))
        for row in connection.execute(wanted.order_by(feed_entries.c.feed_id)).all()
    ]


def forget(connection: Connection, *, before: datetime, limit: int) -> int:
    """Drop what was last asked for before then, so many rows at most; answers how many."""
    old = select(fetches.c.seq).where(fetches.c.last_at < before).limit(limit)
    return connection.execute(delete(fetches).where(fetches.c.seq.in_(old))).rowcount


def _rows(found: Iterable[Fetch]) -> list[dict[str, Any]]:
    """A row for each, but one for all 304s of one token on one build in one format."""
    rows, unchanged = list[dict[str, Any]](), dict[tuple[object, ...], dict[str, Any]]()
    for one in found:
        row = asdict(one) | {"last_at": one.at, "times": 1}
        key = (one.token_id, one.feed_id, one.format, one.month, one.build)
        if one.status == UNCHANGED and key in unchanged:
            unchanged[key].update(last_at=one.at, times=unchanged[key]["times"] + 1)
            continue
        if one.status == UNCHANGED:
            unchanged[key] = row
        rows.append(row)
    return rows


def _add_to_former(connection: Connection, row: dict[str, Any]) -> bool:
    former = and_(
        fetches.c.status == UNCHANGED,
        fetches.c.token_id == row["token_id"],
        fetches.c.feed_id == row["feed_id"],
        fetches.c.format == row["format"],
        fetches.c.month == row["month"],
        fetches.c.build == row["build"],
    )
    again = update(fetches).where(former).values(last_at=row["last_at"], times=fetches.c.times + row["times"])
    return connection.execute(again).rowcount > 0


def _first(connection: Connection, feed_id: str, build: int) -> dict[str, datetime]:
    """When each token first had this build of a feed, or a later one."""
    first = select(fetches.c.token_id, func.min(fetches.c.at).label("at")).where(
        fetches.c.feed_id == feed_id, fetches.c.build >= build, fetches.c.month == ""
    )
    found = connection.execute(first.group_by(fetches.c.token_id).order_by("at"))
    return {row.token_id: row.at for row in found}
