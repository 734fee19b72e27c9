"""Drops what need not be kept any longer, a few deliveries at a time, so that nobody has to wait for it."""

from collections.abc import Iterator
from datetime import timedelta

from syndicate.ledger import fetches, retention
from syndicate.ledger.database import Ledger, database_time
from syndicate.ledger.retention import Dropped

FORGET_AT_ONCE = 2_000  # fetches
AT_ONCE = 50  # deliveries in one transaction: SQLite has one writer, whom others wait for


def prune(ledger: Ledger, *, keep: timedelta) -> Iterator[Dropped]:
    """Drop the bytes of what was settled longer ago than `keep`; tells what each transaction has dropped.

    Whoever stops asking stops it: the rest is found the next time. Pruning twice at once is harmless.
    """
    while True:
        with ledger.read() as connection:
            now = database_time(connection)
            found = retention.droppable(connection, before=now - keep, now=now, limit=AT_ONCE)
        if not found:
            return
        with ledger.write() as connection:
            dropped = retention.drop(connection, found, before=now - keep, now=now)
        yield dropped


def forget_fetches(ledger: Ledger, *, keep: timedelta) -> Iterator[int]:
    """Drop what was fetched longer ago than `keep`; tells how many rows each transaction has dropped."""
    some = FORGET_AT_ONCE
    while some == FORGET_AT_ONCE:
        with ledger.write() as connection:
            some = fetches.forget(connection, before=database_time(connection) - keep, limit=FORGET_AT_ONCE)
        if some:
            yield some


def prunable(ledger: Ledger, *, keep: timedelta) -> Dropped:
    """What `prune` would drop now."""
    with ledger.read() as connection:
        now = database_time(connection)
        return retention.measure(connection, before=now - keep, now=now)
