"""Feeds as files: which are behind their documents, who is writing them, and which bytes stand where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, case, delete, or_, select, update

from syndicate.ledger.insert import insert_new, upsert
from syndicate.ledger.tables import feed_documents, feed_files, feed_writings

Key = tuple[str, str]
"""A month, empty for the subscription document, and a format."""


@dataclass(frozen=True)
class Claim:
    """The right to write one feed's files, until `until`, by the database's clock. `tries` have failed before."""

    feed_id: str
    writer: str
    asked: int
    tries: int
    until: datetime


@dataclass(frozen=True)
class Writing:
    """How a feed's files stand. `reason` says why they couldn't be written; it is empty where nothing is wrong."""

    feed_id: str
    behind: bool
    since: datetime
    reason: str


def ask(connection: Connection, feed_id: str, *, at: datetime) -> None:
    """Note that a feed's files have to be written; said in the transaction that changes its documents."""
    insert_new(connection, feed_writings, {"feed_id": feed_id, "asked": 0, "since": at})
    more = update(feed_writings).where(feed_writings.c.feed_id == feed_id)
    connection.execute(more.values(asked=feed_writings.c.asked + 1, since=at))


def reconsider(connection: Connection, *, at: datetime) -> None:
    """Have the files of every feed looked at, now: the configuration may have changed. What stands already, stays."""
    _hold(connection)
    again = {"asked": feed_writings.c.asked + 1, "since": at, "due_at": None, "tries": 0, "reason": ""}
    connection.execute(update(feed_writings).values(again))


def forget(connection: Connection, store: str) -> None:
    """Take nothing for granted of what stands in a store: all of it is written again, or removed."""
    connection.execute(update(feed_files).where(feed_files.c.store == store).values(digest=""))


def owed(connection: Connection, *, now: datetime, limit: int) -> list[str]:
    """The feeds whose files are behind, and due, and nobody is writing them. `now` is the database's."""
    wanted = select(feed_writings.c.feed_id).where(_is_behind(), _is_free(now))
    return list(connection.scalars(wanted.order_by(feed_writings.c.feed_id).limit(limit)))


def claim(connection: Connection, feed_id: str, *, now: datetime, until: datetime) -> Claim | None:
    """The right to write a feed's files; None when they need no writing now, or somebody else is at it."""
    writer = uuid4().hex
    row = connection.execute(
        update(feed_writings)
        .where(feed_writings.c.feed_id == feed_id, _is_behind(), _is_free(now))
        .values(writer=writer, leased_until=until)
        .returning(feed_writings.c.asked, feed_writings.c.tries)
    ).one_or_none()
    return Claim(feed_id, writer, row.asked, row.tries, until) if row else None


def settle(connection: Connection, claim: Claim) -> bool:
    """Note that all is written that was asked for at the claim; False when somebody else has taken over since."""
    return _give_back(connection, claim, done=claim.asked, tries=0, reason="", due_at=None)


def put_off(connection: Connection, claim: Claim, *, until: datetime | None, reason: str) -> bool:
    """Note why it didn't work, if so, and when it goes on; False when somebody else has taken over since."""
    tries = claim.tries + 1 if reason else claim.tries
    return _give_back(connection, claim, tries=tries, reason=reason, due_at=until)


def recover(connection: Connection, feed_id: str, *, at: datetime, until: datetime) -> None:
    """Have a feed's files written once more, because two have written at once and the older may have been the last.

    Whoever is at it now is no longer; nobody begins before `until`, when it must have ended.
    """
    other = feed_writings.c.writer != ""
    again = update(feed_writings).where(feed_writings.c.feed_id == feed_id)
    connection.execute(
        again.values(
            asked=feed_writings.c.asked + 1,
            since=at,
            leased_until=case((other, until), else_=feed_writings.c.leased_until),
            writer="",
        )
    )


def rest(connection: Connection, *, until: datetime, reason: str) -> None:
    """Have all that is owed wait: the store as a whole takes nothing. In a transaction of its own."""
    _hold(connection)
    sooner = or_(feed_writings.c.due_at.is_(None), feed_writings.c.due_at < until)
    waits = update(feed_writings).where(_is_behind(), sooner)
    connection.execute(waits.values(due_at=until, reason=reason))


def wake(connection: Connection) -> None:
    """Have all that is owed due now: the store takes things again. In a transaction of its own."""
    _hold(connection)
    waits = update(feed_writings).where(_is_behind(), feed_writings.c.due_at.is_not(None))
    connection.execute(waits.values(due_at=None))


def standing(connection: Connection, store: str, feed_id: str) -> dict[Key, str]:
    """What stands in a store of a feed: the digests by month and format."""
    rows = connection.execute(select(feed_files).where(feed_files.c.store == store, feed_files.c.feed_id == feed_id))
    return {(row.month, row.format): row.digest for row in rows}


def documents(connection: Connection, feed_id: str) -> dict[Key, str]:
    """What should stand there: the digests of a feed's documents by month and format."""
    rows = connection.execute(select(feed_documents).where(feed_documents.c.feed_id == feed_id))
    return {(row.month, row.format): row.digest for row in rows}


def note(connection: Connection, store: str, feed_id: str, stands: Mapping[Key, str], *, at: datetime) -> None:
    """Write down which bytes stand in a store."""
    for (month, name), digest in sorted(stands.items()):
        row = {"store": store, "feed_id": feed_id, "month": month, "format": name, "digest": digest, "written_at": at}
        upsert(connection, feed_files, row, key=["store", "feed_id", "month", "format"])


def note_gone(connection: Connection, store: str, feed_id: str, gone: Iterable[Key]) -> None:
    """Write down what stands in a store no longer."""
    for month, name in gone:
        of = and_(feed_files.c.store == store, feed_files.c.feed_id == feed_id)
        connection.execute(delete(feed_files).where(of, feed_files.c.month == month, feed_files.c.format == name))


def every(connection: Connection) -> dict[str, Writing]:
    """How each feed's files stand, by the feed's id."""
    rows = connection.execute(select(feed_writings))
    return {row.feed_id: Writing(row.feed_id, row.done < row.asked, row.since, row.reason) for row in rows}


def reasons(connection: Connection) -> list[str]:
    """Why files couldn't be written that are behind, each reason once."""
    wanted = select(feed_writings.c.reason).where(_is_behind(), feed_writings.c.reason != "").distinct()
    return sorted(connection.scalars(wanted))


def _hold(connection: Connection) -> None:
    """Lock all rows, by everybody in one order, so that no two wait for each other."""
    connection.execute(select(feed_writings.c.feed_id).order_by(feed_writings.c.feed_id).with_for_update()).all()


def _is_behind() -> ColumnElement[bool]:
    return feed_writings.c.done < feed_writings.c.asked


def _is_free(now: datetime) -> ColumnElement[bool]:
    due = or_(feed_writings.c.due_at.is_(None), feed_writings.c.due_at <= now)
    return and_(due, or_(feed_writings.c.leased_until.is_(None), feed_writings.c.leased_until <= now))


def _give_back(connection: Connection, claim: Claim, **values: object) -> bool:
    ours = and_(feed_writings.c.feed_id == claim.feed_id, feed_writings.c.writer == claim.writer)
    done = connection.execute(update(feed_writings).where(ours).values(writer="", leased_until=None, **values))
    return done.rowcount == 1
