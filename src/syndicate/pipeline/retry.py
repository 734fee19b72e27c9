"""How patient are we? What follows from a try, as a pure value."""

from datetime import datetime, timedelta

from syndicate.ledger.claims import Settlement
from syndicate.model.delivery import LONGEST_RETRY_AFTER_S, Outcome, OutcomeKind
from syndicate.model.record import Record
from syndicate.model.step import Lane

# How many tries an outcome gets before it is final; None: as many as the patience allows.
TRIES: dict[OutcomeKind, int | None] = {
    "unavailable": None,  # the partner didn't answer, or asked us to come back
    "lost": 5,  # our own worker died: if it does every time, this delivery may be why
    "refused": 1,  # the partner's verdict on the content: asking again changes nothing
    "ended": 1,  # the partner has ended the destination: it is paused, and a person has to look
    "misconfigured": 3,  # a wrong address or secret: a few, in case the partner is in the middle of a change
    "bug": 2,  # our own mistake: once more, in case it was a passing one
}
COUNTED = frozenset(kind for kind, limit in TRIES.items() if limit is not None and limit > 1)


class RetryPolicy(Record):
    """Exponential back-off with full jitter between tries, until the patience is over; it begins with the first try."""

    first_wait_s: float
    longest_wait_s: float
    give_up_after_s: float


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
) -> Settlement:
    """What follows from the `tries`-th try, the `alike`-th that came out like this.

    `since` is when it was tried first, or replayed; `dice` a number in [0, 1).
    """
    if outcome.kind == "delivered":
        return Settlement("delivered", outcome.reason, None, lane)
    if outcome.kind == "unsent":
        return Settlement("waiting", outcome.reason, now, lane)
    limit = TRIES[outcome.kind]
    if limit is not None and alike >= limit:
        return Settlement("failed", outcome.reason, None, lane)
    last = since + timedelta(seconds=policy.give_up_after_s)
    if now >= last:
        return Settlement("failed", f"given up after {tries} tries: {outcome.reason}", None, lane)
    asked = now + timedelta(seconds=min(outcome.retry_after_s or 0.0, LONGEST_RETRY_AFTER_S))
    # The last try is at the very end of the patience, unless the partner has asked for a later one.
    due_at = max(asked, min(last, now + timedelta(seconds=_wait_s(tries, policy, dice))))
    # What failed once goes on in a lane of its own, where it can't hold up first tries, nor a removal other removals.
    return Settlement("waiting", outcome.reason, due_at, "slow")


def _wait_s(tries: int, policy: RetryPolicy, dice: float) -> float:
    """Full jitter: a number between nothing, or a second, and the exponential bound."""
    bound = min(policy.longest_wait_s, policy.first_wait_s * 2.0 ** min(tries - 1, 40))
    return max(bound * dice, min(1.0, policy.first_wait_s))
