"""Tries again what had failed: the same deliveries, under the same keys, with their patience begun anew."""

from datetime import datetime

from syndicate.ledger import backlog, deliveries
from syndicate.ledger.database import Ledger, database_time
from syndicate.model.record import Record
from syndicate.model.step import Deliver, Step


class Replayed(Record):
    """What a replay found: the deliveries that wait again, and how many failed ones are not wanted any more."""

    again: tuple[str, ...]
    left: int
    steps: tuple[Step, ...]


def replay(
    ledger: Ledger, *, delivery: str | None, article: str | None, partner: str | None, since: datetime | None
) -> Replayed:
    """Let the failed deliveries that fit all of these wait again, due now. What is None narrows nothing.

    Left as they are: those that a newer revision or answer has overtaken, whose agreement has ended, or that could
    never be written.
    """
    with ledger.write() as connection:
        now = database_time(connection)
        failed = backlog.failed(connection, delivery=delivery, article=article, partner=partner, since=since)
        again = deliveries.rearm(connection, failed, now=now)
    steps: tuple[Step, ...] = (Deliver(lane="slow"),) if again else ()
    return Replayed(again=tuple(again), left=len(failed) - len(again), steps=steps)
