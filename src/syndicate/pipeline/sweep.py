"""Finds whatever is due, stale or unfinished in the ledger, and wakes somebody up for it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from syndicate.ledger import articles, attempts, deliveries, feeds
from syndicate.ledger.database import Ledger, database_time
from syndicate.model.step import LANES, BuildFeed, Deliver, Lane, Plan, Step, Withdraw
from syndicate.pipeline.deliver import LOST
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.owe import batches

FULL = 10  # messages in a lane's queue: who has that many needs no waking
AT_ONCE = 200  # things woken up for in one go, per lane
OVERDUE = timedelta(seconds=2)  # what became due just now has its own message on the way


def sweep(ledger: Ledger, *, newsroom: Newsroom, depth: Mapping[Lane, int], now: datetime) -> list[Step]:
    """The wake-ups that are owed, for lanes whose queue isn't long already. Sweeping twice is harmless.

    This is what makes the queue a hint: with every message lost, everything is found again here.
    """
    _ensure_feeds(ledger, newsroom, now)
    _settle_abandoned(ledger)
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
    lanes: tuple[Lane, ...] = ("withdraw", "deliver", "slow")
    return [
        Deliver(delivery_ids=ids, lane=lane)
        for lane in lanes
        if lane in idle
        for ids in batches(deliveries.due(connection, lane, now=now, overdue=OVERDUE, limit=AT_ONCE))
    ]


def _ensure_feeds(ledger: Ledger, newsroom: Newsroom, now: datetime) -> None:
    wanted = {feed.id for feed in newsroom.directory.standing_feeds(newsroom.publisher)}
    with ledger.read() as connection:
        missing = wanted - {feed.id for feed in feeds.every(connection)}
    if missing:
        with ledger.write() as connection:
            feeds.ensure(connection, sorted(missing), at=now)


def _settle_abandoned(ledger: Ledger) -> None:
    with ledger.read() as connection:
        found = deliveries.abandoned(connection, now=database_time(connection), limit=AT_ONCE)
    for row in found:
        with ledger.write() as connection:
            now = database_time(connection)
            reason = "superseded while a worker that died was sending it; the partner may have it"
            if deliveries.abandon(connection, row, reason=reason, now=now):
                attempts.add(
                    connection,
                    row.id,
                    LOST,
                    number=row.tries,
                    started_at=row.claimed_at or now,
                    duration_ms=None,
                )
