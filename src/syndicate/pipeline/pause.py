"""Holds back what is due to some destinations, and lets it go again: by a person's word."""

from collections.abc import Collection

from syndicate.ledger import health
from syndicate.ledger.database import Ledger, database_time
from syndicate.model.step import Deliver, Step
from syndicate.pipeline.breaker import paused, resumed


def pause(ledger: Ledger, destinations: Collection[str], *, because: str) -> list[str]:
    """Send nothing to these but removals until they are resumed; what they miss is held.

    A pause that nobody here has asked for becomes ours. Tells of which a person had not said so yet.
    """
    with ledger.write() as connection:
        now = database_time(connection)
        health.ensure(connection, destinations)
        known = health.of(connection, destinations, lock=True).values()
        changed = [paused(one, by="person", because=because, now=now) for one in known if one.paused_by != "person"]
        health.save(connection, changed)
        return [one.destination_id for one in changed]


def resume(ledger: Ledger, destinations: Collection[str]) -> tuple[list[str], list[Step]]:
    """Send to these again: what was held goes at once, and what failed meanwhile waits again. Tells which were unwell.

    A breaker that is open closes, too: whoever resumes knows that it is worth a try.
    """
    with ledger.write() as connection:
        now = database_time(connection)
        known = health.of(connection, destinations, lock=True).values()
        changed = [resumed(one, now=now) for one in known if one.paused_at or one.failing_since]
        health.save(connection, changed)
    steps: list[Step] = [Deliver(lane="deliver"), Deliver(lane="slow")] if changed else []
    return [one.destination_id for one in changed], steps
