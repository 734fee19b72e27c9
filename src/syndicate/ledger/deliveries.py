"""Deliveries: what is owed to whom, and whether it is still wanted. Whose turn it is, and who sends, is elsewhere."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, insert, literal_column, or_, select, update

from syndicate.ledger import contents, health, topics
from syndicate.ledger.claims import beside_articles, is_current
from syndicate.ledger.contents import Packed
from syndicate.ledger.lines import FAILED, WAITING, waits_in
from syndicate.ledger.tables import articles, attempts, deliveries
from syndicate.ledger.tables import health as health_table
from syndicate.model.delivery import Action, Manifest, OutcomeKind, State
from syndicate.model.step import Lane

BRINGING: tuple[Lane, ...] = ("deliver", "slow")  # the lanes in which nothing is a removal
LONGEST_WAIT = timedelta(hours=25)  # more than any back-off or Retry-After may be (a day)
MENDABLE: tuple[OutcomeKind, ...] = ("unavailable", "misconfigured", "ended", "lost")
"""What a try may have failed of that another day, another address or another secret may cure."""


@dataclass(frozen=True)
class Delivery:
    """A delivery as the ledger has it. `body` and `manifest` are digests of what is among the contents."""

    seq: int
    id: str
    article_id: str
    revision: int
    edition: int
    partner_id: str
    destination_id: str
    line: int
    number: int
    action: Action
    lane: Lane
    state: State
    reason: str
    due_at: datetime | None
    lease_until: datetime | None
    claimed_at: datetime | None
    expires_at: datetime | None
    tries: int
    body: str | None
    media_type: str
    manifest: str
    created_at: datetime
    patient_since: datetime | None
    settled_at: datetime | None
    kept_until: datetime | None

    @property
    def may_have_arrived(self) -> bool:
        """Whether the partner may have got it: any try counts, also one that nobody came back from."""
        return self.tries > 0


@dataclass(frozen=True)
class NewDelivery:
    """A delivery that is to be owed. One that doesn't wait is only written down, so that the row says why."""

    id: str
    article_id: str
    revision: int
    edition: int
    partner_id: str
    destination_id: str
    action: Action
    state: State
    reason: str
    expires_at: datetime | None
    body: Packed | None
    media_type: str
    manifest: Packed
    is_urgent: bool = False


def add(connection: Connection, new: Sequence[NewDelivery], *, now: datetime) -> None:
    """Owe deliveries, due at once. One that is owed already stays as it is, but for one that could not be written."""
    if not new:
        return
    wanted = select(deliveries.c.id, deliveries.c.seq, deliveries.c.body, deliveries.c.tries)
    ids = [one.id for one in new]
    known = {row.id: row for row in connection.execute(wanted.where(deliveries.c.id.in_(ids)))}
    fresh = [one for one in new if one.id not in known]
    contents.keep_all(connection, [packed for one in new for packed in (one.body, one.manifest) if packed])
    counted = health.count_owed(connection, Counter(one.destination_id for one in fresh))
    before: Counter[str] = Counter()
    rows = []
    for one in fresh:
        before[one.destination_id] += 1
        line, owed = counted[one.destination_id]
        place = {"line": line, "number": owed + before[one.destination_id], "created_at": now, "tries": 0}
        rows.append(_row(one, now) | place)
    if rows:
        connection.execute(insert(deliveries), rows)
    for one in new:
        former = known.get(one.id)
        if (
            former and former.body is None and former.tries == 0 and one.state == "waiting"
        ):  # its key has carried nothing
            connection.execute(update(deliveries).where(deliveries.c.seq == former.seq).values(_row(one, now)))


def _row(new: NewDelivery, now: datetime) -> dict[str, Any]:
    lane: Lane = "retract" if new.action == "withdraw" or new.is_urgent else "deliver"
    return {name: value for name, value in vars(new).items() if name != "is_urgent"} | {
        "lane": lane,
        "body": new.body.digest if new.body else None,
        "manifest": new.manifest.digest,
        "due_at": now if new.state == "waiting" else None,
        "settled_at": None if new.state == "waiting" else now,
    }


def of_article(connection: Connection, article_id: str) -> list[Delivery]:
    """Every delivery of an article, in the order in which they supersede each other."""
    wanted = (
        select(deliveries)
        .where(deliveries.c.article_id == article_id)
        .order_by(deliveries.c.destination_id, deliveries.c.revision, deliveries.c.edition, deliveries.c.seq)
    )
    return [_delivery(row) for row in connection.execute(wanted)]


def articles_waiting_for(connection: Connection, destinations: Collection[str]) -> set[str]:
    """The articles of which something waits that would bring them to one of these."""
    lines = list(connection.scalars(select(health_table.c.line).where(health_table.c.destination_id.in_(destinations))))
    found = set[str]()
    for lane in BRINGING:
        waits = select(deliveries.c.article_id).where(waits_in(deliveries, lane), deliveries.c.line.in_(lines))
        found.update(connection.scalars(waits.distinct()))
    return found


def destinations_of(connection: Connection, article_id: str) -> set[str]:
    """The destinations that an article was ever owed to."""
    wanted = select(deliveries.c.destination_id).where(deliveries.c.article_id == article_id)
    return set(connection.scalars(wanted.distinct()))


def waiting_lanes(connection: Connection, article_id: str) -> set[Lane]:
    """The lanes in which something of an article waits."""
    wanted = select(deliveries.c.lane).where(deliveries.c.article_id == article_id, deliveries.c.state == WAITING)
    return set(connection.scalars(wanted.distinct()))


def of_destination(connection: Connection, destination_id: str, *, last: int | None = None) -> list[Delivery]:
    """What was ever owed to a destination, or the last so many of it, in order."""
    wanted = select(deliveries).where(deliveries.c.destination_id == destination_id)
    rows = connection.execute(wanted.order_by(deliveries.c.number.desc()).limit(last))
    return [_delivery(row) for row in rows][::-1]


def removals(connection: Connection) -> list[Delivery]:
    """Every removal that was ever owed, those of one article and revision together."""
    # Written out and not as a parameter, or the databases could not use the index of these rows only.
    wanted = select(deliveries).where(deliveries.c.action == literal_column("'withdraw'"))
    order = (deliveries.c.article_id, deliveries.c.revision, deliveries.c.destination_id, deliveries.c.edition)
    return [_delivery(row) for row in connection.execute(wanted.order_by(*order))]


def manifest(connection: Connection, delivery: Delivery) -> Manifest:
    """What a delivery carries."""
    return Manifest.model_validate_json(contents.load(connection, delivery.manifest))


def cancel_waiting(
    connection: Connection, article_id: str, *, but: Collection[str] = (), reason: str, now: datetime
) -> None:
    """Cancel what waits for an article, but for these. What is being sent is left to settle.

    Whoever moves an article's head, or answers a partner anew, calls this in the same transaction.
    """
    waiting = and_(
        deliveries.c.article_id == article_id, deliveries.c.state == WAITING, deliveries.c.id.not_in(list(but))
    )
    # Locked in the order in which they are claimed, so that two transactions never wait for each other.
    connection.execute(select(deliveries.c.seq).where(waiting).order_by(deliveries.c.seq).with_for_update()).all()
    connection.execute(
        update(deliveries).where(waiting).values(state="cancelled", reason=reason, due_at=None, settled_at=now)
    )


def expired(connection: Connection, *, now: datetime, limit: int) -> list[Delivery]:
    """What still waits though a right that it was owed under has ended."""
    wanted = select(deliveries).where(deliveries.c.state == WAITING, deliveries.c.expires_at <= now)
    return [_delivery(row) for row in connection.execute(wanted.limit(limit))]


def cancel_expired(connection: Connection, delivery_id: str, *, reason: str, now: datetime) -> None:
    """Cancel one of these, unless something has become of it since. The caller has locked the article."""
    connection.execute(
        update(deliveries)
        .where(_named(delivery_id), deliveries.c.state == WAITING)
        .values(state="cancelled", reason=reason, due_at=None, settled_at=now)
    )


def rearm(
    connection: Connection, ids: Sequence[str], *, now: datetime, states: Sequence[State] = ("failed",)
) -> list[str]:
    """Let deliveries that ended wait again, due now, as far as they are still wanted; tells which do.

    Left alone are those that a newer revision or answer has overtaken, whose rights have ended, that were never
    written, whose bytes are gone, or for whose article something waits for the same destination already.
    """
    concerned = select(deliveries.c.article_id).where(deliveries.c.id.in_(ids))
    locked = select(articles.c.id).where(articles.c.id.in_(concerned)).order_by(articles.c.id)
    connection.execute(locked.with_for_update(read=True)).all()
    topics.hold(connection, concerned)
    wanted = beside_articles(select(deliveries.c.seq)).where(deliveries.c.id.in_(ids), _is_wanted(now))
    again = list(connection.scalars(wanted))
    written = connection.execute(
        update(deliveries)
        .where(deliveries.c.seq.in_(again), deliveries.c.state.in_(states))
        .values(state="waiting", lane="slow", due_at=now, patient_since=now, settled_at=None, reason="tried again")
        .returning(deliveries.c.id)
    )
    return sorted(written.scalars())


def gone(connection: Connection, ids: Sequence[str]) -> list[datetime]:
    """Until when the bytes were kept of those of these that have none any more, the first first."""
    kept_until = deliveries.c.kept_until
    wanted = select(kept_until).where(deliveries.c.id.in_(ids), kept_until.is_not(None))
    return [row.kept_until for row in connection.execute(wanted.order_by(kept_until))]


def failed_and_mendable(
    connection: Connection, destination_id: str, *, since: datetime, now: datetime, limit: int
) -> list[str]:
    """What has failed for a destination since then of something that may be mended, as far as it is still wanted."""
    mendable = exists().where(
        attempts.c.delivery_seq == deliveries.c.seq,
        attempts.c.number == deliveries.c.tries,
        attempts.c.outcome.in_(MENDABLE),
    )
    wanted = (
        beside_articles(select(deliveries.c.id))
        .where(deliveries.c.state == FAILED, deliveries.c.destination_id == destination_id)
        .where(deliveries.c.settled_at >= since, mendable, _is_wanted(now))
    )
    return list(connection.scalars(wanted.order_by(deliveries.c.settled_at).limit(limit)))


def hurry(connection: Connection, destination_id: str, *, now: datetime) -> None:
    """Have the retries to a destination due now, with their patience begun anew."""
    line = select(health_table.c.line).where(health_table.c.destination_id == destination_id).scalar_subquery()
    connection.execute(
        update(deliveries)
        .where(waits_in(deliveries, "slow"), deliveries.c.line == line)
        .values(due_at=now, patient_since=now)
    )


def parked(connection: Connection, *, now: datetime, limit: int) -> list[int]:
    """Retries that would wait longer than anything may, by `seq`: a clock that has been set back wrote that time."""
    wanted = select(deliveries.c.seq).where(waits_in(deliveries, "slow"), deliveries.c.due_at > now + LONGEST_WAIT)
    return list(connection.scalars(wanted.limit(limit)))


def unpark(connection: Connection, seqs: Sequence[int], *, now: datetime) -> None:
    """Have these due now, as far as they still wait."""
    waiting = and_(deliveries.c.seq.in_(seqs), deliveries.c.state == WAITING)
    connection.execute(update(deliveries).where(waiting).values(due_at=now))


def in_term(now: datetime) -> ColumnElement[bool]:
    """Whether every right that it was owed under still runs."""
    return or_(deliveries.c.expires_at.is_(None), deliveries.c.expires_at > now)


def _is_wanted(now: datetime) -> ColumnElement[bool]:
    """Beside articles: whether what has ended may wait again."""
    other = deliveries.alias("sibling")
    sibling = exists().where(
        other.c.article_id == deliveries.c.article_id,
        other.c.destination_id == deliveries.c.destination_id,
        other.c.seq != deliveries.c.seq,
        other.c.state.in_(("waiting", "sending")),
    )
    return and_(deliveries.c.body.is_not(None), deliveries.c.kept_until.is_(None), is_current(), in_term(now), ~sibling)


def _named(delivery_id: str) -> ColumnElement[bool]:
    return deliveries.c.id == delivery_id


def _delivery(row: Row[tuple[object, ...]]) -> Delivery:
    found = dict(row._mapping)
    del found["claim_token"]
    return Delivery(**found)
