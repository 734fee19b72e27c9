"""How much is owed, since when, and what has failed: what people and alarms go by."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, select

from syndicate.ledger import lines
from syndicate.ledger.lines import FAILED
from syndicate.ledger.tables import deliveries
from syndicate.model.delivery import State
from syndicate.model.step import SENDING_LANES, Lane


def by_state(connection: Connection) -> dict[tuple[Lane, State], int]:
    """How many deliveries there are in each lane and state."""
    wanted = select(deliveries.c.lane, deliveries.c.state, func.count().label("many")).group_by(
        deliveries.c.lane, deliveries.c.state
    )
    return {(row.lane, row.state): row.many for row in connection.execute(wanted)}


def failed_since(connection: Connection, *, since: datetime) -> list[str]:
    """The article of each delivery that has failed since then, newest first."""
    wanted = (
        select(deliveries.c.article_id)
        .where(deliveries.c.state == FAILED, deliveries.c.settled_at >= since)
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


def failed(
    connection: Connection, *, delivery: str | None, article: str | None, partner: str | None, since: datetime | None
) -> list[str]:
    """The failed deliveries that fit all of these, oldest first; None narrows nothing."""
    wanted = select(deliveries.c.id).where(deliveries.c.state == FAILED).order_by(deliveries.c.created_at)
    for column, value in (
        (deliveries.c.id, delivery),
        (deliveries.c.article_id, article),
        (deliveries.c.partner_id, partner),
    ):
        wanted = wanted.where(column == value) if value is not None else wanted
    return list(connection.scalars(wanted.where(deliveries.c.settled_at >= since) if since else wanted))
