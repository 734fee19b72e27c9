"""Sends what is due: claim, send, record, each a short transaction of its own and none around the network."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from syndicate.ledger import attempts, contents, deliveries, partners
from syndicate.ledger.database import Ledger, database_time
from syndicate.ledger.deliveries import Delivery
from syndicate.model.delivery import Outcome, Parcel
from syndicate.model.partner import Destination
from syndicate.model.step import Deliver, Lane, Step
from syndicate.pipeline.retry import Next, RetryPolicy, after

log = structlog.get_logger(__name__)

Send = Callable[[Destination, Parcel], Outcome]


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours to send until its lease ends."""

    delivery: Delivery
    destination: Destination
    body: bytes
    token: str

    @property
    def number(self) -> int:
        """Which try this is, counting from one."""
        return self.delivery.tries


def deliver(
    ledger: Ledger,
    delivery_ids: Sequence[str],
    *,
    lane: Lane,
    send: Send,
    policy: RetryPolicy,
    lease: timedelta,
    budget: timedelta,
    clock: Callable[[], datetime],
    dice: Callable[[], float],
) -> list[Step]:
    """Send these one after the other, as far as they are due; what the time budget leaves is handed on."""
    until, remaining = clock() + budget, list(delivery_ids)
    while remaining:
        if clock() >= until:
            return [Deliver(delivery_ids=tuple(remaining), lane=lane)]
        claimed = _claim(ledger, remaining, lease=lease)
        if claimed is None:
            return []
        remaining.remove(claimed.delivery.id)
        started = clock()
        outcome = send(claimed.destination, _parcel(claimed, started))
        _record(ledger, claimed, outcome, took=clock() - started, policy=policy, dice=dice())
    return []


def _claim(ledger: Ledger, ids: Sequence[str], *, lease: timedelta) -> Claimed | None:
    token = secrets.token_hex(16)
    with ledger.write() as connection:
        now = database_time(connection)
        found = deliveries.claim(connection, ids, token=token, now=now, lease=lease, limit=1)
        if not found:
            return None
        delivery = found[0]
        destination = partners.last_known_destination(connection, delivery.destination_id)
        assert destination is not None
        assert delivery.body is not None
        body = contents.load(connection, delivery.body)
    return Claimed(delivery, destination, body, token)


def _parcel(claimed: Claimed, at: datetime) -> Parcel:
    return Parcel(
        delivery_id=claimed.delivery.id,
        action=claimed.delivery.action,
        media_type=claimed.delivery.media_type,
        body=claimed.body,
        at=at,
    )


def _record(
    ledger: Ledger, claimed: Claimed, outcome: Outcome, *, took: timedelta, policy: RetryPolicy, dice: float
) -> None:
    delivery = claimed.delivery
    duration_ms = round(took.total_seconds() * 1000)
    with ledger.write() as connection:
        step, ours = settle_try(
            connection,
            delivery,
            outcome,
            token=claimed.token,
            duration_ms=duration_ms,
            policy=policy,
            dice=dice,
        )
    log.info(
        "attempt",
        delivery=delivery.id,
        destination=delivery.destination_id,
        article=delivery.article_id,
        revision=delivery.revision,
        action=delivery.action,
        number=claimed.number,
        outcome=outcome.kind,
        status=outcome.status,
        reason=outcome.reason,
        duration_ms=duration_ms,
        state=step.state if ours else "the claim was lost: the state is somebody else's",
        due_at=step.due_at.isoformat() if step.due_at else None,
    )


def settle_try(
    connection: Connection,
    delivery: Delivery,
    outcome: Outcome,
    *,
    token: str,
    duration_ms: int | None,
    policy: RetryPolicy,
    dice: float,
) -> tuple[Next, bool]:
    """Write down what came of a claimed delivery's try, and what follows; False when the claim is not ours any more.

    The try is on record in any case. `duration_ms` is unknown for a try that nobody came back from.
    """
    now = database_time(connection)
    step = after(
        outcome,
        tries=delivery.tries,
        alike=attempts.count(connection, delivery.id, outcome.kind) + 1,
        since=delivery.created_at,
        lane=delivery.lane,
        policy=policy,
        now=now,
        dice=dice,
    )
    if step.state == "waiting" and deliveries.is_superseded(connection, delivery):
        step = Next("cancelled", f"superseded while it was being tried: {outcome.reason}", None, delivery.lane)
    ours = deliveries.settle(
        connection,
        delivery.id,
        token=token,
        state=step.state,
        reason=step.reason,
        due_at=step.due_at,
        lane=step.lane,
        now=now,
    )
    attempts.add(
        connection,
        delivery.id,
        outcome,
        number=delivery.tries,
        started_at=delivery.claimed_at or now,
        duration_ms=duration_ms,
    )
    attempts.keep_receipt(connection, delivery.id, outcome, now=now)
    return step, ours
