"""May a destination be sent to? Its circuit breaker, its pause and its rate, as pure values.

Closed, everything goes. After enough faults in a row, or when the partner names a time (Retry-After), it opens: nothing
goes until then. Afterwards it is half open, and one probe may go, whose answer closes it or opens it for longer.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from syndicate.ledger.claims import CLOCKS_DIFFER
from syndicate.model.delivery import LONGEST_RETRY_AFTER_S, Outcome
from syndicate.model.health import Health, PausedBy
from syndicate.model.record import Record

LONGEST_REST = timedelta(seconds=LONGEST_RETRY_AFTER_S) + CLOCKS_DIFFER
LONGEST_DEBT = timedelta(minutes=1)  # removals pass a rate limit: for how long what they used up holds up the rest
_WEIGHTS: tuple[PausedBy, ...] = ("", "failures", "partner", "person")  # of a pause, by who asked for it
PLACES_WHEN_SLOW = 2  # for a destination that has timed out: enough to see that it is well again


class BreakerPolicy(Record):
    """How many faults in a row open a breaker, for how long, and after how many days of failing we pause."""

    faults: int
    first_rest_s: float
    longest_rest_s: float
    days: int


def after_answer(health: Health, outcome: Outcome, *, policy: BreakerPolicy, now: datetime, dice: float) -> Health:
    """A destination's health after one more outcome. `dice` is a number in [0, 1).

    Transport faults, 408, 429 and 5xx are faults; a partner's verdict on the content is none: it proves that they
    answer. A success heals everything that healing is for; a person's pause, and the partner's own (410), stay.
    """
    match outcome.kind:
        case "delivered":
            return _healed(health)
        case "refused":
            return _closed(health)
        case "unavailable":
            return _paused_after_days(_faulted(_failed_on(health, now), outcome, policy, now, dice), policy, now)
        case "misconfigured":
            return _paused_after_days(_failed_on(health, now), policy, now)
        case "ended":
            return paused(health, by="partner", because=outcome.reason, now=now)
        case _:  # our own doing: it says nothing about the partner
            return health


def paused(health: Health, *, by: PausedBy, because: str, now: datetime) -> Health:
    """The same, with nothing sent to it but removals. A pause gives way only to one of more weight: a person's most."""
    if _WEIGHTS.index(by) <= _WEIGHTS.index(health.paused_by):
        return health
    return replace(health, paused_at=health.paused_at or now, paused_by=by, paused_because=because)


def resumed(health: Health, *, now: datetime, since: datetime | None = None) -> Health:
    """As good as new: everything goes again, and what failed since its first fault, or the pause, waits again.

    What was to wait again before that, and doesn't yet, still is: the sweep does it a part at a time.
    """
    first = _earliest(since, health.failing_since, health.paused_at, health.rearm_since)
    return Health(destination_id=health.destination_id, rearm_since=first or now)


def places(health: Health, *, concurrency: int, now: datetime) -> int:
    """How many deliveries may be under way to it at once. A pause is not asked for here: removals pass it."""
    if health.open_until:
        return 0 if _rests(health, now) else 1
    return min(concurrency, PLACES_WHEN_SLOW) if health.slow else concurrency


def allowance(spent_until: datetime | None, *, per_minute: float, now: datetime) -> int:
    """How many may go now under a rate limit: the generic cell rate algorithm, with a second's worth of burst."""
    interval = timedelta(minutes=1 / per_minute)
    spent = _spent(spent_until, per_minute, now)
    return max(0, int((now + _burst(per_minute) - spent) / interval))


def spend(spent_until: datetime | None, many: int, *, per_minute: float, now: datetime) -> datetime:
    """The allowance after so many have gone: a time up to which it is used up.

    Removals go whether they are allowed or not. However many did, that time is none that would be taken for a clock's
    error when it is read back. Price: what they used up beyond `LONGEST_DEBT` is let off.
    """
    spent = _spent(spent_until, per_minute, now) + many * timedelta(minutes=1 / per_minute)
    return min(spent, now + _burst(per_minute) + LONGEST_DEBT)


def _spent(spent_until: datetime | None, per_minute: float, now: datetime) -> datetime:
    """Until when it is used up, now at least; a time that no rate gives was written by a clock that was set back."""
    latest = now + _burst(per_minute) + LONGEST_DEBT + CLOCKS_DIFFER
    return spent_until if spent_until and now < spent_until <= latest else now


def _burst(per_minute: float) -> timedelta:
    return timedelta(minutes=max(1.0, per_minute / 60) / per_minute)


def _healed(health: Health) -> Health:
    if health.paused_by in ("person", "partner"):
        # `failing_since` stays: at the end of the pause, what failed before it is looked at again as well.
        return replace(_closed(health), failed_days=0, failed_on=None)
    # Only what an outage stopped is worth another look: after a single fault everything waits for its retry already.
    since = health.failing_since if health.opened or health.paused_at else None
    return Health(destination_id=health.destination_id, rearm_since=_earliest(since, health.rearm_since))


def _earliest(*moments: datetime | None) -> datetime | None:
    return min(filter(None, moments), default=None)


def _closed(health: Health) -> Health:
    return replace(health, faults=0, slow=False, opened=0, open_until=None)


def _failed_on(health: Health, now: datetime) -> Health:
    today = now.date()
    days = health.failed_days + (health.failed_on != today)
    return replace(health, failing_since=health.failing_since or now, failed_days=days, failed_on=today)


def _faulted(health: Health, outcome: Outcome, policy: BreakerPolicy, now: datetime, dice: float) -> Health:
    faulted = replace(health, faults=health.faults + 1, slow=health.slow or outcome.timed_out)
    is_half_open = health.open_until is not None and not _rests(health, now)
    if is_half_open or (health.open_until is None and faulted.faults >= policy.faults):
        faulted = _opened(faulted, policy, now, dice)
    if outcome.retry_after_s:
        named = now + timedelta(seconds=min(outcome.retry_after_s, LONGEST_RETRY_AFTER_S))
        faulted = replace(faulted, open_until=max(named, faulted.open_until or named))
    return faulted


def _rests(health: Health, now: datetime) -> bool:
    """Whether its breaker is open; one that would stay so for longer than anything may is a clock's error."""
    return health.open_until is not None and now < health.open_until <= now + LONGEST_REST


def _opened(health: Health, policy: BreakerPolicy, now: datetime, dice: float) -> Health:
    bound = min(policy.longest_rest_s, policy.first_rest_s * 2.0 ** min(health.opened, 40))
    rest = timedelta(seconds=bound * (0.5 + dice / 2))  # half of it at least, so that the rest is one
    return replace(health, opened=health.opened + 1, open_until=now + rest)


def _paused_after_days(health: Health, policy: BreakerPolicy, now: datetime) -> Health:
    if health.failed_days < policy.days:
        return health
    because = f"failures on {health.failed_days} days since {health.failing_since:%Y-%m-%d}, and no success"
    return paused(health, by="failures", because=because, now=now)
