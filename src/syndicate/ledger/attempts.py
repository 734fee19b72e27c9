"""Every try at a delivery, only ever added to; and what the partner gave back."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from syndicate.ledger.insert import upsert
from syndicate.ledger.tables import attempts, receipts
from syndicate.model.delivery import Outcome, OutcomeKind

_ADD = insert(attempts)  # built once, because it is executed for every try


def add(
    connection: Connection,
    delivery_id: str,
    outcome: Outcome,
    *,
    number: int,
    started_at: datetime,
    duration_ms: int | None,
) -> None:
    """Record one try. `duration_ms` is unknown for a try nobody came back from."""
    row = {
        "delivery_id": delivery_id,
        "number": number,
        "started_at": started_at,
        "duration_ms": duration_ms,
        "outcome": outcome.kind,
        "status": outcome.status,
        "reason": outcome.reason,
        "answer": outcome.answer,
    }
    connection.execute(_ADD, row)


def count(connection: Connection, delivery_id: str, kind: OutcomeKind) -> int:
    """How many tries at a delivery have come out like this."""
    wanted = select(func.count()).where(attempts.c.delivery_id == delivery_id, attempts.c.outcome == kind)
    return int(connection.scalar(wanted) or 0)


def keep_receipt(connection: Connection, delivery_id: str, outcome: Outcome, *, now: datetime) -> None:
    """Keep what the partner called its copy, if it said."""
    if outcome.receipt is None:
        return
    row = {
        "delivery_id": delivery_id,
        "remote_id": outcome.receipt.remote_id,
        "remote_url": outcome.receipt.remote_url,
        "received_at": now,
    }
    upsert(connection, receipts, row, key=["delivery_id"])


def receipts_of(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Where the partners have their copies: delivery id → url."""
    wanted = select(receipts.c.delivery_id, receipts.c.remote_url).where(receipts.c.delivery_id.in_(list(ids)))
    return {row.delivery_id: row.remote_url for row in connection.execute(wanted)}
