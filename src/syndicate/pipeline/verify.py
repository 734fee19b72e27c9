"""Is it gone from where readers saw it? Looks at the pages of partners that have accepted a removal.

A withdrawal is complete for a partner when its page answers 404 or 410. Until then it is looked at again, after pauses
that grow; one look is at the deadline, and what is there after it is overdue: escalated, and looked at once a day.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from syndicate.ledger import partners, takedowns
from syndicate.ledger.database import Ledger, database_time
from syndicate.ledger.takedowns import Place
from syndicate.model.step import Step
from syndicate.model.takedown import Sight, Takedown
from syndicate.transports.protocol import Look

log = structlog.get_logger(__name__)

AT_ONCE = 16  # pages that are looked at side by side
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
PAUSE_WHEN_OVERDUE = timedelta(days=1)


def verify(ledger: Ledger, ids: Collection[str], *, look: Look, lease: timedelta) -> list[Step]:
    """Look once at the pages of these removals, as far as they are due, and write down what that has shown.

    Where the article was published again meanwhile there is nothing to look for. Verifying twice is harmless.
    """
    with ledger.write() as connection:
        now = database_time(connection)
        taken = takedowns.take(connection, ids, now=now, until=now + lease)
        again = takedowns.called_off(connection, [one.takedown.delivery_seq for one in taken])
        left = [one.takedown for one in taken if one.takedown.delivery_seq in again]
        takedowns.save(connection, [(one, _left_alone(one, now)) for one in left])
        wanted = [one for one in taken if one.takedown.delivery_seq not in again]
        known = partners.newest_destinations(connection, {one.destination_id for one in wanted})
    sights = look([(known[one.destination_id], one.takedown.remote_url) for one in wanted])
    with ledger.write() as connection:
        now = database_time(connection)
        seen = [after_look(one.takedown, sight, now=now) for one, sight in zip(wanted, sights, strict=True)]
        ours = takedowns.save(connection, [(one.takedown, after) for one, after in zip(wanted, seen, strict=True)])
    for one, after in zip(wanted, seen, strict=True):
        if after.delivery_seq in ours:
            _tell(one, after)
    return []


def after_look(takedown: Takedown, sight: Sight, *, now: datetime) -> Takedown:
    """What follows from one more look."""
    return replace(
        takedown,
        looks=takedown.looks + 1,
        looked_at=now,
        status=sight.status,
        reason=sight.reason,
        gone_at=now if sight.finding == "gone" else None,
        due_at=_next_look(takedown, now),
    )


def _next_look(takedown: Takedown, now: datetime) -> datetime:
    if takedown.deadline <= now:
        return now + PAUSE_WHEN_OVERDUE
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(takedown.looks, 20))
    return min(now + pause, takedown.deadline)


def _left_alone(takedown: Takedown, now: datetime) -> Takedown:
    """Not looked at; asked about again tomorrow, in case that the new publication is cancelled before it leaves."""
    return replace(takedown, due_at=now + PAUSE_WHEN_OVERDUE)


def _tell(place: Place, after: Takedown) -> None:
    told: dict[str, object] = {"article": place.article_id, "destination": place.destination_id}
    told |= {"looks": after.looks, "status": after.status, "reason": after.reason}
    log.info("takedown.looked", gone=after.gone_at is not None, **told)
    before = place.takedown
    assert after.looked_at is not None  # just now
    is_first = before.looked_at is None or before.looked_at < before.deadline
    if after.is_overdue(after.looked_at) and is_first:
        log.error("takedown.overdue", since=after.deadline.isoformat(), **told)
