"""How patient are we? What follows from a try, as a pure value."""

from datetime import datetime, timedelta
from typing import NamedTuple

from syndicate.model.delivery import Outcome, State
from syndicate.model.record import Record
from syndicate.model.step import Lane

LONGEST_RETRY_AFTER_S = 24 * 3600.0

# How many tries an outcome gets before it is final; None: as many as the patience allows.
TRIES: dict[str, int | None] = {
    "unavailable": None,  # the partner didn't answer, or asked us to come back
    "lost": 5,  # our own worker died: if it does every time, this delivery may be why
    "refused": 1,  # the partner's verdict on the content: asking again changes nothing
    "misconfigured": 3,  # a wrong address or secret: a few, in case the partner is in the middle of a change
    "bug": 2,  # our own mistake: once more, in case it was a passing one
}
LIMITED = frozenset(kind for kind, limit in TRIES.items() if limit is not None)


class RetryPolicy(Record):
    """Exponential back-off with full jitter, between tries, until the patience is over."""

    first_wait_s: float
    longest_wait_s: float
    give_up_after_s: float


class Next(NamedTuple):
    """The state that follows from a try, why, and when it is due again if it waits."""

    state: State
    reason: str
    due_at: datetime | None
    lane: Lane


def after(
    outcome: Outcome,
    *,
    tries: int,
    alike: int,
    since: datetime,
    lane: Lane,
    policy: RetryPolicy,
    now: datetime,
    dice: float,
) -> Next:
    """What follows from the `tries`-th try, the `alike`-th that came out like this.

    `since` is when the patience began, `dice` a number in [0, 1).
    """
    if outcome.kind == "delivered":
        return Next("delivered", outcome.reason, None, lane)
    limit = TRIES[outcome.kind]
    if limit is not None and alike >= limit:
        return Next("failed", outcome.reason, None, lane)
    due_at = now + timedelta(seconds=_wait_s(outcome, tries, policy, dice))
    if due_at - since > timedelta(seconds=policy.give_up_after_s):
        return Next("failed", f"given up after {tries} tries: {outcome.reason}", None, lane)
    # What failed once goes on in a lane of its own, where it can't hold up first tries, nor a removal other removals.
    return Next("waiting", outcome.reason, due_at, "slow")


def _wait_s(outcome: Outcome, tries: int, policy: RetryPolicy, dice: float) -> float:
    """Full jitter (a number between nothing and the exponential bound), never sooner than the partner asked for."""
    bound = min(policy.longest_wait_s, policy.first_wait_s * 2.0 ** min(tries - 1, 40))
    asked = min(outcome.retry_after_s or 0.0, LONGEST_RETRY_AFTER_S)
    return max(asked, bound * dice, min(1.0, policy.first_wait_s))
