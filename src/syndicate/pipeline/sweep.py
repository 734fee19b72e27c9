"""Finds whatever is due, stale or unfinished in the ledger, and wakes somebody up for it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from syndicate.ledger import claims, deliveries, feeds, health, partners, plans, subscriptions, takedowns
from syndicate.ledger.attempts import Attempt
from syndicate.ledger.database import Ledger, database_time
from syndicate.model.delivery import Outcome
from syndicate.model.health import Health
from syndicate.model.step import LANES, SENDING_LANES, BuildFeed, Confirm, Deliver, Lane, Plan, Step, Verify, Withdraw
from syndicate.pipeline.expire import cancel_expired
from syndicate.pipeline.listings import take_effect
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.record import DeliveryPolicy, record, tell
from syndicate.pipeline.subscribe import lapse
from syndicate.pipeline.take_up import take_up
from syndicate.pipeline.turns import is_work
from syndicate.pipeline.verify import AT_ONCE as LOOKS_AT_ONCE
from syndicate.pipeline.verify_intent import AT_ONCE as ASKS_AT_ONCE

FULL = 10  # messages in a lane's queue: who has that many needs no waking
AT_ONCE = 200  # things seen to in one go, per kind
OVERDUE = timedelta(seconds=2)  # what became due just now has its own message on the way
LOST = Outcome(kind="lost", reason="the worker died in the middle of this try; the partner may have it")


def sweep(
    ledger: Ledger,
    *,
    newsroom: Newsroom,
    depth: Mapping[Lane, int],
    policy: DeliveryPolicy,
    now: datetime,
    dice: Callable[[], float],
) -> list[Step]:
    """The wake-ups that are owed, for lanes whose queue isn't long already. Sweeping twice is harmless.

    This is what makes the queue a hint: with every message lost, everything is found again here.
    """
    _ensure_feeds(ledger, newsroom, now)
    _settle_lost(ledger, policy, dice)
    cancel_expired(ledger)
    _unpark(ledger)
    _rearm(ledger)
    take_up(ledger, newsroom=newsroom, now=now)
    take_effect(ledger, newsroom=newsroom, now=now)
    lapse(ledger, newsroom=newsroom, now=now)
    idle = {lane for lane in LANES if depth.get(lane, 0) < FULL}
    with ledger.read() as connection:
        unplanned = plans.owed(connection, now=now, limit=AT_ONCE)
        unbuilt = feeds.unbuilt(connection, limit=AT_ONCE)
        sends = _sends(connection, depth)
        looks = takedowns.due(connection, now=database_time(connection), limit=LOOKS_AT_ONCE)
        asks = subscriptions.due(connection, now=database_time(connection), limit=ASKS_AT_ONCE)
    steps: list[Step] = [Withdraw(article_id=name) for name, withdrawn in unplanned if withdrawn and "withdraw" in idle]
    steps += sends
    steps += [Verify(deliveries=tuple(looks))] if looks and not depth.get("slow", 0) else []
    steps += [Confirm(subscriptions=tuple(asks))] if asks and not depth.get("slow", 0) else []
    steps += [Plan(article_id=name) for name, withdrawn in unplanned if not withdrawn and "intake" in idle]
    steps += [
        BuildFeed(feed_id=name, urgent=urgent)
        for name, urgent in unbuilt
        if ("withdraw" if urgent else "feeds") in idle
    ]
    return steps


def _sends(connection: Connection, depth: Mapping[Lane, int]) -> list[Step]:
    """One wake-up for a lane in which something can be sent, and whose workers have none waiting for them already."""
    now = database_time(connection)
    return [
        Deliver(lane=lane)
        for lane in SENDING_LANES
        if not depth.get(lane, 0) and is_work(connection, lane, now=now - OVERDUE)
    ]


def _ensure_feeds(ledger: Ledger, newsroom: Newsroom, now: datetime) -> None:
    wanted = newsroom.directory.standing_audiences().keys()
    with ledger.read() as connection:
        missing = feeds.missing(connection, wanted)
    if missing:
        with ledger.write() as connection:
            feeds.ensure(connection, missing, at=now)


def _settle_lost(ledger: Ledger, policy: DeliveryPolicy, dice: Callable[[], float]) -> None:
    """Let what a worker that died was sending be tried again, or end, as after any other try."""
    with ledger.read() as connection:
        found = claims.lost(connection, now=database_time(connection), limit=AT_ONCE)
    if not found:
        return
    with ledger.write() as connection:
        known = partners.newest_destinations(connection, {claim.due.destination_id for claim in found})
        lost = [Attempt(claim, LOST, None) for claim in found]
        recorded = record(connection, lost, known=known, policy=policy, dice=dice)
    tell(recorded)


def _unpark(ledger: Ledger) -> None:
    """Have due what a clock that was set back would let wait for ever."""
    with ledger.read() as connection:
        now = database_time(connection)
        found = deliveries.parked(connection, now=now, limit=AT_ONCE)
    if found:
        with ledger.write() as connection:
            deliveries.unpark(connection, found, now=now - OVERDUE)


def _rearm(ledger: Ledger) -> None:
    """Where a destination is well again: have its retries due now, and let what failed meanwhile wait again."""
    with ledger.read() as connection:
        healed = health.to_rearm(connection, limit=AT_ONCE)
    for one in healed:
        with ledger.write() as connection:
            deliveries.rearm(connection, _failed(connection, one, limit=AT_ONCE), now=database_time(connection))
        # In a transaction of its own: articles are locked before healths, by everybody, and healths before what waits.
        with ledger.write() as connection:
            _end_rearming(connection, one)


def _end_rearming(connection: Connection, one: Health) -> None:
    """Have its retries due now, when nothing is left of what had failed; else the next sweep goes on."""
    health.hold(connection, [one.destination_id])
    if not _failed(connection, one, limit=1):
        deliveries.hurry(connection, one.destination_id, now=database_time(connection))
        health.rearmed(connection, one)


def _failed(connection: Connection, one: Health, *, limit: int) -> list[str]:
    assert one.rearm_since is not None  # that is how it was found
    now = database_time(connection)
    return deliveries.failed_and_mendable(connection, one.destination_id, since=one.rearm_since, now=now, limit=limit)
