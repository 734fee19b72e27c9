"""Finds whatever is due, stale or unfinished in the ledger, and wakes somebody up for it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from syndicate.ledger import articles, deliveries, feeds
from syndicate.ledger.database import Ledger, database_time
from syndicate.model.delivery import Outcome
from syndicate.model.step import LANES, BuildFeed, Deliver, Lane, Plan, Step, Withdraw
from syndicate.pipeline.deliver import settle_try
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.retry import RetryPolicy

FULL = 10  # messages in a lane's queue: who has that many needs no waking
AT_ONCE = 200  # things woken up for in one go, per lane
LOST = Outcome(kind="lost", reason="the worker died in the middle of this try; the partner may have it")
OVERDUE = timedelta(seconds=2)  # what became due just now has its own message on the way


def sweep(
    ledger: Ledger,
    *,
    newsroom: Newsroom,
    depth: Mapping[Lane, int],
    policy: RetryPolicy,
    now: datetime,
    dice: Callable[[], float],
) -> list[Step]:
    """The wake-ups that are owed, for lanes whose queue isn't long already. Sweeping twice is harmless.

    This is what makes the queue a hint: with every message lost, everything is found again here.
    """
    _ensure_feeds(ledger, newsroom, now)
    _settle_lost(ledger, policy, dice)
    _cancel_expired(ledger)
    idle = {lane for lane in LANES if depth.get(lane, 0) < FULL}
    with ledger.read() as connection:
        plans = articles.owed_plans(connection, now=now, limit=AT_ONCE)
        unbuilt = feeds.unbuilt(connection, limit=AT_ONCE)
        sends = _sends(connection, idle)
    steps: list[Step] = [Withdraw(article_id=name) for name, withdrawn in plans if withdrawn and "withdraw" in idle]
    steps += sends
    steps += [Plan(article_id=name) for name, withdrawn in plans if not withdrawn and "intake" in idle]
    steps += [
        BuildFeed(feed_id=name, urgent=urgent)
        for name, urgent in unbuilt
        if ("withdraw" if urgent else "feeds") in idle
    ]
    return steps


def _sends(connection: Connection, idle: set[Lane]) -> list[Step]:
    now = database_time(connection)
    lanes: tuple[Lane, ...] = ("retract", "deliver", "slow")
    return [
        Deliver(lane=lane)
        for lane in lanes
        if lane in idle and deliveries.due(connection, lane, now=now, overdue=OVERDUE, limit=1)
    ]


def _ensure_feeds(ledger: Ledger, newsroom: Newsroom, now: datetime) -> None:
    wanted = {feed.id for feed in newsroom.directory.standing_feeds(newsroom.publisher)}
    with ledger.read() as connection:
        missing = wanted - {feed.id for feed in feeds.every(connection)}
    if missing:
        with ledger.write() as connection:
            feeds.ensure(connection, sorted(missing), at=now)


def _settle_lost(ledger: Ledger, policy: RetryPolicy, dice: Callable[[], float]) -> None:
    """Let what a worker that died was sending be tried again, or end, as after any other try."""
    with ledger.read() as connection:
        found = deliveries.lost(connection, now=database_time(connection), limit=AT_ONCE)
    for delivery, token in found:
        with ledger.write() as connection:
            if deliveries.is_still_claimed(connection, delivery.id, token=token):
                settle_try(connection, delivery, LOST, token=token, duration_ms=None, policy=policy, dice=dice())


def _cancel_expired(ledger: Ledger) -> None:
    with ledger.read() as connection:
        found = deliveries.expired(connection, now=database_time(connection), limit=AT_ONCE)
    for delivery_id, article_id in found:
        with ledger.write() as connection:
            articles.head(connection, article_id, lock=True)
            deliveries.cancel_expired(connection, delivery_id, now=database_time(connection))
