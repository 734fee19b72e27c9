"""Claims: who is sending what now, and what came of it. They work in groups: nothing here is for one delivery only."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from syndicate.ledger.lines import DUE, SENDING, Due, may_go
from syndicate.ledger.prepared import Prepared, as_list, listed
from syndicate.ledger.tables import articles, clearances, deliveries, subscriptions, topics
from syndicate.ledger.topics import hold
from syndicate.model.delivery import State
from syndicate.model.step import Lane

CLOCKS_DIFFER = timedelta(minutes=1)
_Row = TypeVar("_Row", bound=tuple[Any, ...])


class Claim(NamedTuple):
    """A delivery that is somebody's to send until the lease ends. `number` counts its tries, this one included."""

    due: Due
    token: str
    number: int
    claimed_at: datetime


class Settlement(NamedTuple):
    """What a delivery becomes after a try."""

    state: State
    reason: str
    due_at: datetime | None
    lane: Lane


def claim(connection: Connection, wanted: Sequence[Due], *, token: str, now: datetime, lease: timedelta) -> list[Claim]:
    """Take those of these that may still be sent, by one conditional update, run for all of them in one call.

    What waits is wanted: whoever moves an article on, or answers a partner anew, cancels what waited for that in the
    same transaction. Refused are those of which a right has ended, and those whose destination is being sent another
    delivery of the same article, also one that stands before it in `wanted`.
    """
    rows = [(due.seq, token, now, now + lease) for due in sorted(wanted)]
    if _CLAIM.run(connection, rows) == len(rows):
        return [Claim(due, token, due.tries + 1, now) for due in wanted]
    seqs = as_list([due.seq for due in wanted], connection)
    asked = {"seqs": seqs, "by": token, "now": now}
    taken: set[int] = set(connection.scalars(_taken(connection.dialect.name), asked))
    return [Claim(due, token, due.tries + 1, now) for due in wanted if due.seq in taken]


def settle(connection: Connection, settled: Sequence[tuple[Claim, Settlement]], *, now: datetime) -> set[int]:
    """Write what came of claims, where they still stand; tells which did, by `seq`.

    Those that become the same are written in one statement.
    """
    groups: dict[tuple[str, Settlement], list[int]] = {}
    for claim, to in settled:
        groups.setdefault((claim.token, to), []).append(claim.due.seq)
    ours: set[int] = set()
    for (token, to), seqs in groups.items():
        asked = to._asdict() | {
            "seqs": as_list(seqs, connection),
            "by": token,
            "settled_at": None if to.state == "waiting" else now,
        }
        ours.update(connection.scalars(_settle(connection.dialect.name), asked))
    return ours


def uncount(connection: Connection, seqs: Sequence[int], *, ours: Collection[int]) -> None:
    """Take back the counting of tries that were none, because not a byte had left, where they are ours."""
    wanted = [seq for seq in seqs if seq in ours]
    if not wanted:
        return
    first = deliveries.c.tries == 1
    connection.execute(
        update(deliveries)
        .where(deliveries.c.seq.in_(wanted))
        .values(tries=deliveries.c.tries - 1, patient_since=case((first, null()), else_=deliveries.c.patient_since))
    )


def patience(connection: Connection, seqs: Sequence[int]) -> dict[int, datetime]:
    """Since when these have been tried, the try under way included."""
    since = func.coalesce(deliveries.c.patient_since, deliveries.c.claimed_at, type_=deliveries.c.claimed_at.type)
    wanted = select(deliveries.c.seq, since.label("since")).where(deliveries.c.seq.in_(list(seqs)))
    return {row.seq: row.since for row in connection.execute(wanted)}


def superseded(connection: Connection, claims: Sequence[Claim]) -> set[int]:
    """Those of these, by `seq`, whose article has moved on, or whose partner has been given a newer answer."""
    # The articles' locks first: a plan that is being written down now has not cancelled what we are about to let wait.
    concerned = {claim.due.article_id for claim in claims}
    locked = select(articles.c.id).where(articles.c.id.in_(sorted(concerned))).order_by(articles.c.id)
    connection.execute(locked.with_for_update(read=True)).all()
    hold(connection, sorted(concerned))
    seqs = [claim.due.seq for claim in claims]
    wanted = beside_articles(select(deliveries.c.seq))
    return set(seqs) - set(connection.scalars(wanted.where(deliveries.c.seq.in_(seqs), is_current())))


def is_wanted(connection: Connection, claim: Claim) -> bool:
    """Whether a claim stands and its article has not moved on: the version fence, just before sending."""
    wanted = beside_articles(select(deliveries.c.seq))
    ours = and_(deliveries.c.seq == claim.due.seq, deliveries.c.claim_token == claim.token)
    return connection.scalar(wanted.where(ours, is_current())) is not None


def lost(connection: Connection, *, now: datetime, limit: int) -> list[Claim]:
    """Claims with nobody behind them any more, because their lease ran out.

    A claim from the future, which a clock that was set back leaves behind, is taken for lost too.
    """
    over = or_(deliveries.c.lease_until <= now, deliveries.c.claimed_at > now + CLOCKS_DIFFER)
    wanted = select(*DUE, deliveries.c.claim_token, deliveries.c.claimed_at)
    rows = connection.execute(wanted.where(deliveries.c.state == SENDING, over).limit(limit)).all()
    return [Claim(Due._make(row[: len(DUE)]), row.claim_token, row.tries, row.claimed_at) for row in rows]


def beside_articles(wanted: Select[_Row]) -> Select[_Row]:
    """Deliveries beside their articles, where `is_current` can be asked; what brings a feed has none."""
    return wanted.outerjoin(articles, articles.c.id == deliveries.c.article_id)


def is_current() -> ColumnElement[bool]:
    """The version fence, `beside_articles`: of its head revision, and by the newest answer about that.

    Of a feed: of its newest version, and to a subscriber whose subscription has not ended.
    """
    newer = exists().where(
        clearances.c.article_id == deliveries.c.article_id,
        clearances.c.revision == deliveries.c.revision,
        clearances.c.audience == deliveries.c.partner_id,
        clearances.c.edition > deliveries.c.edition,
    )
    is_head = and_(articles.c.id.is_not(None), deliveries.c.revision == articles.c.head_revision, ~newer)
    is_newest = exists().where(topics.c.id == deliveries.c.article_id, topics.c.version == deliveries.c.revision)
    over = exists().where(
        subscriptions.c.destination_id == deliveries.c.destination_id, subscriptions.c.state != "active"
    )
    return or_(is_head, and_(is_newest, ~over))


def _claiming() -> Update:
    other = deliveries.alias("other")
    in_flight = exists().where(
        other.c.line == deliveries.c.line,
        other.c.article_id == deliveries.c.article_id,
        other.c.state == SENDING,
    )
    moment = deliveries.c.due_at.type
    return (
        update(deliveries)
        .where(deliveries.c.seq == bindparam("claimed"), may_go(deliveries), ~in_flight)
        .values(
            state=SENDING,
            claim_token=bindparam("by"),
            claimed_at=bindparam("now", type_=moment),
            lease_until=bindparam("until", type_=moment),
            tries=deliveries.c.tries + literal_column("1"),
        )
    )


_CLAIM = Prepared(lambda _: _claiming(), "claimed", "by", "now", "until")


@cache
def _taken(dialect: str) -> Select[Any]:
    """Of some rows, those that were claimed just now by this token."""
    ours = and_(deliveries.c.claim_token == bindparam("by"), deliveries.c.state == SENDING)
    just_now = deliveries.c.claimed_at == bindparam("now", type_=deliveries.c.due_at.type)
    return select(deliveries.c.seq).where(deliveries.c.seq.in_(listed("seqs", BigInteger(), dialect)), ours, just_now)


@cache
def _settle(dialect: str) -> ReturningUpdate[int]:
    moment = deliveries.c.due_at.type
    held = and_(deliveries.c.state == SENDING, deliveries.c.claim_token == bindparam("by"))
    return (
        update(deliveries)
        .where(deliveries.c.seq.in_(listed("seqs", BigInteger(), dialect)), held)
        .values(
            state=bindparam("state"),
            reason=bindparam("reason"),
            due_at=bindparam("due_at", type_=moment),
            lane=bindparam("lane"),
            settled_at=bindparam("settled_at", type_=moment),
            patient_since=func.coalesce(deliveries.c.patient_since, deliveries.c.claimed_at),
            claim_token=null(),
            lease_until=null(),
        )
        .returning(deliveries.c.seq)
    )
