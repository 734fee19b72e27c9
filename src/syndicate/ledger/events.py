"""What we were told: one row for every event, also those that changed nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Row, func, insert, select

from syndicate.ledger.tables import events
from syndicate.model.event import Event

EventOutcome = Literal["accepted", "ignored"]


def find(connection: Connection, *, source: str, event_id: str) -> Row[tuple[object, ...]] | None:
    """The event with this identity, if we have it: `seq digest article_id revision outcome reason`."""
    return connection.execute(select(events).where(events.c.source == source, events.c.id == event_id)).one_or_none()


def add(
    connection: Connection,
    event: Event,
    *,
    outcome: EventOutcome,
    reason: str,
    revision: int | None,
    notes: Sequence[str],
    now: datetime,
) -> int:
    """Record an event; answers its number. The same (source, id) twice raises IntegrityError."""
    row = (
        insert(events)
        .returning(events.c.seq)
        .values(
            source=event.source,
            id=event.id,
            type=event.type,
            digest=event.digest,
            article_id=event.data.id,
            version=event.data.version,
            revision=revision,
            outcome=outcome,
            reason=reason,
            notes=list(notes),
            received_at=now,
        )
    )
    return int(connection.execute(row).scalar_one())


def count(connection: Connection) -> int:
    """How many events there are."""
    return int(connection.scalar(select(func.count()).select_from(events)) or 0)
