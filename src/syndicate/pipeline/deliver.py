"""Sends what is due: claim, send, record; short transactions, none around the network, and a window that stays full."""

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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
from syndicate.pipeline.retry import LIMITED, Next, RetryPolicy, after
from syndicate.transports.protocol import Wire

log = structlog.get_logger(__name__)

WINDOW = 200  # deliveries under way at once in one worker
PER_DESTINATION = 8  # of them to one destination, so that a slow one leaves places to the others
IN_ONE_COMMIT = 50  # outcomes in a transaction: SQLite has one writer, and nobody should wait for it long
LOOK_EVERY_S = 0.2


@dataclass(frozen=True)
class UnderWay:
    """A delivery that is ours to send until its lease ends. `started` is by our own clock, for how long it takes."""

    delivery: Delivery
    token: str
    started: datetime


@dataclass(frozen=True)
class Claimed:
    """A delivery that was claimed, with what it takes to send it."""

    delivery: Delivery
    destination: Destination
    body: bytes
    token: str


def deliver(
    ledger: Ledger,
    *,
    lane: Lane,
    wire: Wire,
    policy: RetryPolicy,
    lease: timedelta,
    budget: timedelta,
    clock: Callable[[], datetime],
    dice: Callable[[], float],
) -> list[Step]:
    """Keep a window full of what is due in a lane while the time budget lasts, then let it run empty.

    Places are filled as they come free, so that a destination that hangs costs its own places only. Claiming and
    recording are short transactions, none around the network.
    """
    until = clock() + budget
    under_way: dict[str, UnderWay] = {}
    known: dict[str, Destination] = {}
    in_time = True
    while True:
        in_time = in_time and clock() < until
        taken = _claim(ledger, lane, under_way, known, lease=lease) if in_time else []
        for one in taken:
            under_way[one.delivery.id] = UnderWay(one.delivery, one.token, clock())
            wire.start(one.destination, _parcel(one, clock()))
        if not under_way:
            return [] if in_time else [Deliver(lane=lane)]
        finished = wire.finished(wait_s=LOOK_EVERY_S)
        for start in range(0, len(finished), IN_ONE_COMMIT):
            some = [(under_way.pop(key), outcome) for key, outcome in finished[start : start + IN_ONE_COMMIT]]
            _record(ledger, some, at=clock(), policy=policy, dice=dice)


def _claim(
    ledger: Ledger, lane: Lane, under_way: Mapping[str, UnderWay], known: dict[str, Destination], *, lease: timedelta
) -> list[Claimed]:
    """Take as many as there are places for, no more than a few to one destination. `known` remembers destinations."""
    places = WINDOW - len(under_way)
    if not places:
        return []
    busy = Counter(one.delivery.destination_id for one in under_way.values())
    full = [name for name, many in busy.items() if many >= PER_DESTINATION]
    with ledger.read() as connection:
        found = deliveries.due(connection, lane, now=database_time(connection), limit=WINDOW, but=full)
    chosen = _choose(found, busy, places)
    if not chosen:
        return []
    token = secrets.token_hex(16)
    with ledger.write() as connection:
        now = database_time(connection)
        taken = deliveries.claim(connection, chosen, token=token, now=now, lease=lease, limit=places)
        bodies = contents.load_many(connection, {row.body for row in taken if row.body})
        for name in {row.destination_id for row in taken} - known.keys():
            known[name] = _destination(connection, name)
    return [Claimed(row, known[row.destination_id], bodies[row.body or ""], token) for row in taken]


def _choose(found: Sequence[tuple[str, str]], busy: Counter[str], places: int) -> list[str]:
    chosen: list[str] = []
    for delivery_id, destination_id in found:
        if busy[destination_id] < PER_DESTINATION and len(chosen) < places:
            busy[destination_id] += 1
            chosen.append(delivery_id)
    return chosen


def _destination(connection: Connection, destination_id: str) -> Destination:
    destination = partners.last_known_destination(connection, destination_id)
    assert destination is not None  # remembered before anything was owed to it
    return destination


def _parcel(one: Claimed, at: datetime) -> Parcel:
    return Parcel(
        delivery_id=one.delivery.id,
        action=one.delivery.action,
        media_type=one.delivery.media_type,
        body=one.body,
        at=at,
    )


def _record(
    ledger: Ledger,
    some: Sequence[tuple[UnderWay, Outcome]],
    *,
    at: datetime,
    policy: RetryPolicy,
    dice: Callable[[], float],
) -> None:
    """Write down what came of several tries in one transaction, and tell of each in the log once that is done."""
    settled: list[tuple[UnderWay, Outcome, int, Next, bool]] = []
    with ledger.write() as connection:
        for one, outcome in some:
            took_ms = round((at - one.started).total_seconds() * 1000)
            step, ours = settle_try(
                connection,
                one.delivery,
                outcome,
                token=one.token,
                duration_ms=took_ms,
                policy=policy,
                dice=dice(),
            )
            settled.append((one, outcome, took_ms, step, ours))
    for one, outcome, took_ms, step, ours in settled:
        _tell(one.delivery, outcome, took_ms, step, ours=ours)


def _tell(delivery: Delivery, outcome: Outcome, took_ms: int, step: Next, *, ours: bool) -> None:
    log.info(
        "attempt",
        delivery=delivery.id,
        destination=delivery.destination_id,
        article=delivery.article_id,
        revision=delivery.revision,
        action=delivery.action,
        number=delivery.tries,
        outcome=outcome.kind,
        status=outcome.status,
        reason=outcome.reason,
        duration_ms=took_ms,
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
        alike=attempts.count(connection, delivery.id, outcome.kind) + 1 if outcome.kind in LIMITED else 1,
        since=delivery.patient_since,
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
