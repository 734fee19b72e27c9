"""How much is owed, since when, and what has failed: what people and alarms go by."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, func, or_, select

from syndicate.ledger import lines
from syndicate.ledger.lines import FAILED
from syndicate.ledger.tables import articles, deliveries, revisions
from syndicate.model.delivery import State
from syndicate.model.step import SENDING_LANES, Lane
from syndicate.model.subscription import ANY_TOPIC


def by_state(connection: Connection) -> dict[tuple[Lane, State], int]:
    """How many deliveries there are in each lane and state."""
    wanted = select(deliveries.c.lane, deliveries.c.state, func.count().label("many")).group_by(
        deliveries.c.lane, deliveries.c.state
    )
    return {(row.lane, row.state): row.many for row in connection.execute(wanted)}


def failed_since(connection: Connection, *, since: datetime) -> list[str]:
    """The article of each delivery that has failed since then, newest first; feeds are left out."""
    wanted = (
        select(deliveries.c.article_id)
        .where(deliveries.c.state == FAILED, deliveries.c.settled_at >= since)
        .where(deliveries.c.article_id.not_like(ANY_TOPIC))
        .order_by(deliveries.c.settled_at.desc())
    )
    return list(connection.scalars(wanted))


def oldest_due(connection: Connection, *, now: datetime, but: Collection[str] = ()) -> dict[Lane, datetime]:
    """For each lane, since when its most overdue delivery has been waiting; `but` names destinations to leave out."""
    found: dict[Lane, datetime] = {}
    for lane in SENDING_LANES:
        due = [at for name, at in lines.oldest(connection, lane).items() if at <= now and name not in but]
        found |= {lane: min(due)} if due else {}
    return found


def failed_by_destination(connection: Connection) -> dict[str, int]:
    """How many have failed for each destination."""
    wanted = select(deliveries.c.destination_id, func.count().label("many")).where(deliveries.c.state == FAILED)
    return {row.destination_id: row.many for row in connection.execute(wanted.group_by(deliveries.c.destination_id))}


@dataclass(frozen=True)
class Which:
    """Which deliveries are meant: those that fit all of these; None narrows nothing. `delivered`: these too."""

    delivery: str | None = None
    article: str | None = None
    partner: str | None = None
    since: datetime | None = None
    delivered: bool = False

    @property
    def states(self) -> tuple[State, ...]:
        """The states in question."""
        return ("failed", "delivered") if self.delivered else ("failed",)


def ended(connection: Connection, which: Which) -> list[str]:
    """What has failed, or also what was delivered, oldest first."""
    wanted = select(deliveries.c.id).where(deliveries.c.state.in_(which.states)).order_by(deliveries.c.seq)
    for column, value in (
        (deliveries.c.id, which.delivery),
        (deliveries.c.article_id, which.article),
        (deliveries.c.partner_id, which.partner),
    ):
        wanted = wanted.where(column == value) if value is not None else wanted
    return list(connection.scalars(wanted.where(deliveries.c.settled_at >= which.since) if which.since else wanted))


def lacking(connection: Connection, which: Which, *, destinations: Collection[str]) -> list[str]:
    """The articles that stand and lack a delivery, or the bytes of one, to any of these destinations, oldest first.

    Asked for everything, or for a single delivery, there are none: what was never owed has no failure to be mended.
    """
    if which.delivery or not (which.article or which.partner or which.since):
        return []
    owed = exists().where(
        deliveries.c.article_id == articles.c.id,
        deliveries.c.destination_id == bindparam("destination"),
        or_(deliveries.c.body.is_not(None), deliveries.c.state != "failed"),
    )
    wanted = select(articles.c.id).where(articles.c.head_revision > 0, articles.c.withdrawn.is_(False), ~owed)
    wanted = wanted.where(articles.c.id == which.article) if which.article else wanted
    if which.since:
        wanted = wanted.join(revisions, revisions.c.article_id == articles.c.id)
        wanted = wanted.where(revisions.c.revision == articles.c.head_revision, revisions.c.recorded_at >= which.since)
    wanted = wanted.order_by(articles.c.first_published, articles.c.id)
    found = [name for one in sorted(destinations) for name in connection.scalars(wanted, {"destination": one})]
    return list(dict.fromkeys(found))
