"""Tries again what had failed: the same deliveries, under the same keys, with their patience begun anew.

It also owes what was never attempted: to a partner that joined later, or where a story could not be written.
"""

from collections.abc import Sequence
from datetime import datetime

from syndicate.ledger import articles, backlog, deliveries, plans
from syndicate.ledger.backlog import Which
from syndicate.ledger.database import Ledger, database_time
from syndicate.model.delivery import State
from syndicate.model.problem import invalid
from syndicate.model.record import Moment, Record
from syndicate.model.step import Deliver, Plan, Step
from syndicate.pipeline.newsroom import Newsroom

AT_ONCE = 1_000  # deliveries in one transaction: a database takes so many parameters only, and others want to write too
PLANS_AT_ONCE = 200  # handed over at once; the sweep finds the rest


class Replayed(Record):
    """What a replay found: what waits again, which articles are planned again, and how many are not wanted any more.

    `gone` counts those that retention has left without bytes; the last of these were kept until `kept_until`.
    """

    again: tuple[str, ...]
    planned: tuple[str, ...]
    left: int
    gone: int
    kept_until: Moment | None
    steps: tuple[Step, ...]


def replay(ledger: Ledger, which: Which, *, newsroom: Newsroom, now: datetime) -> Replayed:
    """Let what failed and fits all of `which` wait again, due now; and plan again the articles that lack a delivery.

    Written down bit by bit: what waits again does so too when we are broken off. Left as they are: those that a newer
    revision or answer has overtaken, whose agreement has ended, or whose bytes are gone. Raises `Invalid` when what was
    delivered is to be sent again of an article that is withdrawn.
    """
    wanted = newsroom.directory.destination_ids(which.partner)
    with ledger.read() as connection:
        if which.delivered and which.article:
            head = articles.head(connection, which.article)
            if head and head.withdrawn:
                raise invalid("article", f"{which.article} is withdrawn: only its removal can be sent again")
        ended = backlog.ended(connection, which)
    again, gone = _rearm(ledger, ended, states=which.states)
    with ledger.write() as connection:
        lacking = backlog.lacking(connection, which, destinations=wanted)
        plans.ask(connection, lacking, at=now)
    steps: list[Step] = [Deliver(lane="slow")] if again else []
    steps += [Plan(article_id=name) for name in lacking[:PLANS_AT_ONCE]]
    return Replayed(
        again=tuple(again),
        planned=tuple(lacking),
        left=len(ended) - len(again) - len(gone),
        gone=len(gone),
        kept_until=max(gone, default=None),
        steps=tuple(steps),
    )


def _rearm(ledger: Ledger, ended: Sequence[str], *, states: Sequence[State]) -> tuple[list[str], list[datetime]]:
    """Let these wait again as far as they are wanted: which do, and until when the bytes were kept of those without."""
    again: list[str] = []
    gone: list[datetime] = []
    for start in range(0, len(ended), AT_ONCE):
        some = ended[start : start + AT_ONCE]
        with ledger.write() as connection:
            again += deliveries.rearm(connection, some, now=database_time(connection), states=states)
            gone += deliveries.gone(connection, some)
    return again, gone
