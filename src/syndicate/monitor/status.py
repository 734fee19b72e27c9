"""What is waiting where, since when, and who is working: the one look that `status`, `/status` and metrics share."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row

from syndicate.ledger import articles, backlog, beats, events, feeds, files, health, takedowns
from syndicate.ledger.database import Ledger
from syndicate.model.delivery import State
from syndicate.model.health import Condition
from syndicate.model.record import Moment, Record
from syndicate.model.step import LANES, Lane
from syndicate.model.subscription import is_subscriber

LATELY = timedelta(days=1)
FEW = 5  # as many articles as a line can name


class WorkerStatus(Record):
    """A worker, and when it last took something from its lane; or a clock, and when it last swept."""

    name: str
    heard_s_ago: float


class LaneStatus(Record):
    """One lane. `queued` counts messages (None: the broker can't be reached), the others count deliveries."""

    lane: Lane
    queued: int | None
    waiting: int
    sending: int
    failed: int
    oldest_due_s: float | None
    workers: tuple[WorkerStatus, ...]


class Status(Record):
    """The system at one moment. `failed_articles` names a few of those whose deliveries failed within the last day.

    `troubled` are the destinations that have failed since their last success, or are paused; `paused` says why.
    `takedowns` counts the pages that must go because a partner has accepted a removal, and aren't known to be gone;
    `overdue` names those, as `article at destination`, whose time is up. `unwritten` says why feeds' files are behind.
    """

    at: Moment
    broker_reachable: bool
    events: int
    articles: int
    deliveries: dict[State, int]
    failed_lately: int
    failed_articles: tuple[str, ...]
    feeds_behind: int
    troubled: dict[str, Condition]
    paused: dict[str, str]
    takedowns: int
    overdue: tuple[str, ...]
    unwritten: tuple[str, ...] = ()
    lanes: tuple[LaneStatus, ...]
    clocks: tuple[WorkerStatus, ...]

    def lane(self, name: Lane) -> LaneStatus:
        """One lane's status."""
        return next(lane for lane in self.lanes if lane.lane == name)


def status(ledger: Ledger, *, depth: Mapping[Lane, int] | None, now: datetime) -> Status:
    """Look once at the ledger. `depth` is what the queues say, None when they can't be asked.

    Subscribers are strangers: when one of them doesn't answer, nobody here can mend it, and nobody need be woken.
    """
    with ledger.read() as connection:
        counts = backlog.by_state(connection)
        troubled = health.troubled(connection)
        paused = {name: one for name, one in troubled.items() if one.paused_at and not is_subscriber(name)}
        strangers = {name for name in troubled if is_subscriber(name)}
        oldest = backlog.oldest_due(connection, now=now, but={*paused, *strangers})
        heard = beats.every(connection)
        behind = feeds.unbuilt(connection, limit=10_000)
        failed = backlog.failed_since(connection, since=now - LATELY)
        pages = takedowns.still_open(connection)
        totals: dict[State, int] = {}
        for (_, state), many in counts.items():
            totals[state] = totals.get(state, 0) + many
        lanes = tuple(
            LaneStatus(
                lane=lane,
                queued=None if depth is None else depth.get(lane, 0),
                waiting=counts.get((lane, "waiting"), 0),
                sending=counts.get((lane, "sending"), 0),
                failed=counts.get((lane, "failed"), 0),
                oldest_due_s=(now - oldest[lane]).total_seconds() if lane in oldest else None,
                workers=_heard(heard, lane, now),
            )
            for lane in LANES
        )
        return Status(
            at=now,
            broker_reachable=depth is not None,
            events=events.count(connection),
            articles=articles.count(connection),
            deliveries=totals,
            failed_lately=len(failed),
            failed_articles=tuple(dict.fromkeys(failed))[:FEW],
            feeds_behind=len(behind),
            troubled={name: one.condition(now) for name, one in sorted(troubled.items())},
            paused={name: one.paused_because for name, one in sorted(paused.items())},
            takedowns=len(pages),
            overdue=tuple(f"{one.article_id} at {one.destination_id}" for one in pages if one.takedown.is_overdue(now)),
            unwritten=tuple(files.reasons(connection)),
            lanes=lanes,
            clocks=_heard(heard, beats.CLOCK, now),
        )


def _heard(signs: Sequence[Row[tuple[object, ...]]], lane: str, now: datetime) -> tuple[WorkerStatus, ...]:
    return tuple(
        WorkerStatus(name=row.worker, heard_s_ago=round((now - row.at).total_seconds(), 1))
        for row in signs
        if row.lane == lane
    )
