"""Deliveries: what is owed to whom, who is sending it now, and what came of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, exists, or_, select, update

from syndicate.ledger.insert import insert_new
from syndicate.ledger.tables import articles, clearances, deliveries
from syndicate.model.delivery import Action, Manifest, State
from syndicate.model.step import Lane

LONGEST_WAIT = timedelta(hours=25)  # more than any back-off or Retry-After may be (a day)
CLOCKS_DIFFER = timedelta(minutes=1)
_REMOVALS_FIRST = (deliveries.c.action != "withdraw", deliveries.c.due_at)

# Built once: it is executed for every try, and building it takes longer than executing it.
_SETTLE = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("claimed_id"),
        deliveries.c.claim_token == bindparam("claimed_by"),
        deliveries.c.state == "sending",
    )
    .values(
        state=bindparam("to_state"),
        reason=bindparam("to_reason"),
        due_at=bindparam("to_due_at"),
        lane=bindparam("to_lane"),
        claim_token=None,
        lease_until=None,
        settled_at=bindparam("to_settled_at"),
    )
)


@dataclass(frozen=True)
class Delivery:
    """A delivery as the ledger has it."""

    id: str
    article_id: str
    revision: int
    edition: int
    partner_id: str
    destination_id: str
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
    manifest: Manifest
    created_at: datetime
    patient_since: datetime
    settled_at: datetime | None

    @property
    def may_have_arrived(self) -> bool:
        """Whether the partner may have got it: any try counts, also one that nobody came back from."""
        return self.tries > 0


def add(connection: Connection, delivery: Delivery) -> None:
    """Owe a delivery; one that is owed already stays as it is."""
    row = {name: value for name, value in vars(delivery).items() if name != "manifest"}
    insert_new(connection, deliveries, row | {"manifest": delivery.manifest.model_dump(mode="json")})


def of_article(connection: Connection, article_id: str) -> list[Delivery]:
    """Every delivery of an article, in the order in which they supersede each other."""
    wanted = (
        select(deliveries)
        .where(deliveries.c.article_id == article_id)
        .order_by(deliveries.c.destination_id, deliveries.c.revision, deliveries.c.edition, deliveries.c.created_at)
    )
    return [_delivery(row) for row in connection.execute(wanted)]


def cancel_waiting(
    connection: Connection, article_id: str, *, but: Collection[str], reason: str, now: datetime
) -> None:
    """Cancel what waits for an article, but for these. What is being sent is left to settle."""
    connection.execute(
        update(deliveries)
        .where(
            deliveries.c.article_id == article_id, deliveries.c.state == "waiting", deliveries.c.id.not_in(list(but))
        )
        .values(state="cancelled", reason=reason, due_at=None, settled_at=now)
    )


def claim(
    connection: Connection, ids: Sequence[str], *, token: str, now: datetime, lease: timedelta, limit: int
) -> list[Delivery]:
    """Take up to `limit` of these that may be sent now, removals first.

    A claim is refused once the article has moved on or its partner has a newer answer (the version fence), once the
    agreement has ended, and while another delivery of the same article to the same destination is in flight.
    """
    # Where rows can be locked, the article's are locked first: a plan that is about to move the head must wait for us,
    # and we for it, so that no two revisions of one article are ever in flight to one destination.
    concerned = select(deliveries.c.article_id).where(deliveries.c.id.in_(ids))
    connection.execute(
        select(articles.c.id).where(articles.c.id.in_(concerned)).order_by(articles.c.id).with_for_update(read=True)
    )
    wanted = (
        select(deliveries.c.id)
        .join(articles, articles.c.id == deliveries.c.article_id)
        .where(deliveries.c.id.in_(ids), _due(now), _current(), ~_expired(now), ~_in_flight())
        .order_by(*_REMOVALS_FIRST)
        .limit(limit)
        .with_for_update(of=deliveries, skip_locked=True)
    )
    taken = list(connection.scalars(wanted))
    written = connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(taken))
        .values(
            state="sending",
            claim_token=token,
            claimed_at=now,
            lease_until=now + lease,
            tries=deliveries.c.tries + 1,
        )
        .returning(deliveries)
    )
    return [_delivery(row) for row in written]


def settle(
    connection: Connection,
    delivery_id: str,
    *,
    token: str,
    state: State,
    reason: str,
    due_at: datetime | None,
    lane: Lane,
    now: datetime,
) -> bool:
    """Write what came of a try, if the claim is still ours; otherwise nothing changes and the answer is False."""
    became = {
        "to_state": state,
        "to_reason": reason,
        "to_due_at": due_at,
        "to_lane": lane,
        "to_settled_at": None if state == "waiting" else now,
    }
    written = connection.execute(_SETTLE, {"claimed_id": delivery_id, "claimed_by": token} | became)
    return written.rowcount == 1


def is_superseded(connection: Connection, delivery: Delivery) -> bool:
    """Whether the article has moved on, or the partner has a newer answer, since this delivery was planned."""
    # The article's lock again: a plan that is being written down now has not cancelled what we are about to let wait.
    article = select(articles.c.id).where(articles.c.id == delivery.article_id)
    connection.execute(article.with_for_update(read=True))
    wanted = select(deliveries.c.id).join(articles, articles.c.id == deliveries.c.article_id)
    return connection.scalar(wanted.where(deliveries.c.id == delivery.id, _current())) is None


def due(
    connection: Connection,
    lane: Lane,
    *,
    now: datetime,
    limit: int,
    overdue: timedelta = timedelta(0),
    but: Collection[str] = (),
) -> list[tuple[str, str]]:
    """What may be sent now, past due by `overdue`, removals first: (id, destination). `claim` looks again, closely.

    `but` names destinations that have enough to do already.
    """
    wanted = (
        select(deliveries.c.id, deliveries.c.destination_id)
        .join(articles, articles.c.id == deliveries.c.article_id)
        .where(deliveries.c.lane == lane, _due(now - overdue), _current(), ~_expired(now), ~_in_flight())
        .where(deliveries.c.destination_id.not_in(list(but)))
        .order_by(*_REMOVALS_FIRST)
        .limit(limit)
    )
    return [(row.id, row.destination_id) for row in connection.execute(wanted)]


def lost(connection: Connection, *, now: datetime, limit: int) -> list[tuple[Delivery, str]]:
    """What is in flight with nobody behind it any more, because its lease ran out; with its claim token.

    A claim from the future, which a clock that was set back leaves behind, is taken for lost too.
    """
    wanted = (
        select(deliveries)
        .where(
            deliveries.c.state == "sending",
            or_(deliveries.c.lease_until <= now, deliveries.c.claimed_at > now + CLOCKS_DIFFER),
        )
        .limit(limit)
    )
    return [(_delivery(row), row.claim_token) for row in connection.execute(wanted)]


def is_still_claimed(connection: Connection, delivery_id: str, *, token: str) -> bool:
    """Whether a claim stands; its row is locked until this transaction ends."""
    wanted = select(deliveries.c.id).where(
        deliveries.c.id == delivery_id, deliveries.c.claim_token == token, deliveries.c.state == "sending"
    )
    return connection.scalar(wanted.with_for_update()) is not None


def expired(connection: Connection, *, now: datetime, limit: int) -> list[tuple[str, str]]:
    """What still waits though the agreement it was owed under has ended: (id, article)."""
    wanted = select(deliveries.c.id, deliveries.c.article_id).where(deliveries.c.state == "waiting", _expired(now))
    return [(row.id, row.article_id) for row in connection.execute(wanted.limit(limit))]


def cancel_expired(connection: Connection, delivery_id: str, *, now: datetime) -> None:
    """Cancel one of these, unless something has become of it since. The caller has locked the article."""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id, deliveries.c.state == "waiting")
        .values(state="cancelled", reason="the agreement ended before it could be sent", due_at=None, settled_at=now)
    )


def rearm(connection: Connection, ids: Sequence[str], *, now: datetime) -> list[str]:
    """Let failed deliveries wait again, due now, as far as they are still wanted; tells which."""
    concerned = select(deliveries.c.article_id).where(deliveries.c.id.in_(ids))
    connection.execute(
        select(articles.c.id).where(articles.c.id.in_(concerned)).order_by(articles.c.id).with_for_update(read=True)
    )
    wanted = (
        select(deliveries.c.id)
        .join(articles, articles.c.id == deliveries.c.article_id)
        .where(deliveries.c.id.in_(ids), deliveries.c.body.is_not(None), _current(), ~_expired(now))
    )
    written = connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(list(connection.scalars(wanted))), deliveries.c.state == "failed")
        .values(state="waiting", lane="slow", due_at=now, patient_since=now, settled_at=None, reason="tried again")
        .returning(deliveries.c.id)
    )
    return sorted(written.scalars())


def _due(now: datetime) -> ColumnElement[bool]:
    # A time further away than any wait can be was written by a clock that has been set back since: it is due.
    in_time = or_(deliveries.c.due_at <= now, deliveries.c.due_at > now + LONGEST_WAIT)
    return and_(deliveries.c.state == "waiting", in_time)


def _expired(now: datetime) -> ColumnElement[bool]:
    return and_(deliveries.c.expires_at.is_not(None), deliveries.c.expires_at <= now)


def _current() -> ColumnElement[bool]:
    """The version fence, beside a join of the article: of its head revision, and by the newest answer about that."""
    newer = exists().where(
        clearances.c.article_id == deliveries.c.article_id,
        clearances.c.revision == deliveries.c.revision,
        clearances.c.audience == deliveries.c.partner_id,
        clearances.c.edition > deliveries.c.edition,
    )
    return and_(deliveries.c.revision == articles.c.head_revision, ~newer)


def _in_flight() -> ColumnElement[bool]:
    other = deliveries.alias()
    return exists().where(
        other.c.article_id == deliveries.c.article_id,
        other.c.destination_id == deliveries.c.destination_id,
        other.c.id != deliveries.c.id,
        other.c.state == "sending",
    )


def _delivery(row: Row[tuple[object, ...]]) -> Delivery:
    found = dict(row._mapping)
    found["manifest"] = Manifest.model_validate(found["manifest"])
    del found["claim_token"]
    return Delivery(**found)
