"""Drops what need not be kept any longer, a few deliveries at a time, so that nobody has to wait for it."""

from collections.abc import Iterator
from datetime import timedelta

from syndicate.ledger import retention
from syndicate.ledger.database import Ledger, database_time
from syndicate.ledger.retention import Dropped

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


def prunable(ledger: Ledger, *, keep: timedelta) -> Dropped:
    """What `prune` would drop now."""
    with ledger.read() as connection:
        now = database_time(connection)
        return retention.measure(connection, before=now - keep, now=now)
