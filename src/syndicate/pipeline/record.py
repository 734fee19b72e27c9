"""What came of it? Writes down the outcomes of several tries at once, and what follows for them and who got them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from syndicate.ledger import attempts, claims, health, partners, subscriptions, takedowns
from syndicate.ledger.attempts import Attempt
from syndicate.ledger.claims import Settlement
from syndicate.ledger.database import database_time
from syndicate.model.agreement import Agreement
from syndicate.model.health import Health
from syndicate.model.partner import Destination
from syndicate.model.record import Record
from syndicate.model.subscription import is_subscriber
from syndicate.pipeline.breaker import BreakerPolicy, after_answer
from syndicate.pipeline.retry import COUNTED, RetryPolicy, after

log = structlog.get_logger(__name__)


class DeliveryPolicy(Record):
    """How patient we are, with a delivery, with a destination and with a page; how long a claim and a step may last."""

    retry: RetryPolicy
    breaker: BreakerPolicy
    verify_within: timedelta
    lease: timedelta
    budget: timedelta

    def patience(self, destination: Destination) -> RetryPolicy:
        """As the destination has it, or else as all do."""
        if destination.give_up_after_h is None:
            return self.retry
        return self.retry.model_copy(update={"give_up_after_s": destination.give_up_after_h * 3600})

    def page_gone_within(self, destination: Destination) -> timedelta:
        """As the destination has it, or else as all do."""
        if destination.verify_within_h is None:
            return self.verify_within
        return timedelta(hours=destination.verify_within_h)


@dataclass(frozen=True)
class Recorded:
    """What was written down. A settlement counts only where the claim was still ours."""

    settled: Sequence[tuple[Attempt, Settlement, bool]]
    healths: Sequence[tuple[Health, Health]]


def record(
    connection: Connection,
    tries: Sequence[Attempt],
    *,
    known: Mapping[str, Destination],
    policy: DeliveryPolicy,
    dice: Callable[[], float],
) -> Recorded:
    """Write down what came of some claims, each of another delivery. Every try is on record in any case."""
    now = database_time(connection)
    went = [one for one in tries if one.outcome.kind == "delivered"]
    failed = [one for one in tries if one.outcome.kind != "delivered"]
    settled = [(one, _delivered(one)) for one in went]
    if failed:
        settled += _after_failures(connection, failed, known=known, policy=policy, now=now, dice=dice)
    ours = claims.settle(connection, [(one.claim, to) for one, to in settled], now=now)
    attempts.add(connection, [one for one in tries if _is_on_record(one, ours)])
    claims.uncount(connection, [one.claim.due.seq for one in failed if one.outcome.kind == "unsent"], ours=ours)
    _begin_takedowns(connection, [one for one in went if _is_our_removal(one, ours)], known, policy, now)
    attempts.keep_receipts(connection, went, now=now)
    over = _end_subscriptions(connection, failed, now)
    telling = [one for one in tries if one.claim.due.destination_id not in over]
    healths = _healths(connection, telling, policy=policy.breaker, now=now, dice=dice)
    return Recorded([(one, to, one.claim.due.seq in ours) for one, to in settled], healths)


def tell(recorded: Recorded) -> None:
    """Tell the log, once it is committed: a line for every try, and for every destination whose health has changed."""
    log.info("attempt", each=[_line(*one) for one in recorded.settled])
    for before, now in recorded.healths:
        _tell_health(before, now)


def _line(one: Attempt, to: Settlement, ours: bool) -> dict[str, object]:
    due, outcome = one.claim.due, one.outcome
    return {
        "delivery": due.id,
        "destination": due.destination_id,
        "article": due.article_id,
        "revision": due.revision,
        "action": due.action,
        "number": one.claim.number,
        "outcome": outcome.kind,
        "status": outcome.status,
        "reason": outcome.reason,
        "duration_ms": one.duration_ms,
        "state": to.state if ours else "the claim was lost: the state is somebody else's",
        "due_at": to.due_at.isoformat() if to.due_at else None,
    }


def _tell_health(before: Health, now: Health) -> None:
    if now.paused_at and now.paused_by != before.paused_by:
        log.error("destination.paused", destination=now.destination_id, by=now.paused_by, reason=now.paused_because)
    elif now.opened > before.opened:
        until = now.open_until.isoformat() if now.open_until else None
        log.warning("destination.resting", destination=now.destination_id, until=until, faults=now.faults)
    elif before.failing_since and not now.failing_since:
        log.info("destination.healed", destination=now.destination_id, failing_since=before.failing_since.isoformat())


def _is_on_record(one: Attempt, ours: Collection[int]) -> bool:
    """Every try is, but those that were none, and those that another sweep has found lost before us."""
    return one.outcome.kind != "unsent" and (one.outcome.kind != "lost" or one.claim.due.seq in ours)


def _is_our_removal(one: Attempt, ours: Collection[int]) -> bool:
    return one.claim.due.action == "withdraw" and one.claim.due.seq in ours


def _begin_takedowns(
    connection: Connection,
    removals: Sequence[Attempt],
    known: Mapping[str, Destination],
    policy: DeliveryPolicy,
    now: datetime,
) -> None:
    if removals:
        dues = [one.claim.due for one in removals]
        ended = partners.terms_over(connection, [due.seq for due in dues])
        deadlines = {due.seq: now + _gone_within(known[due.destination_id], ended.get(due.seq), policy) for due in dues}
        takedowns.begin(connection, removals, deadlines=deadlines, now=now)


def _gone_within(destination: Destination, ended: Agreement | None, policy: DeliveryPolicy) -> timedelta:
    """As an agreement that has ended says, or else as for any removal."""
    if ended and ended.remove_within_days:
        return timedelta(days=ended.remove_within_days)
    return policy.page_gone_within(destination)


def _end_subscriptions(connection: Connection, failed: Sequence[Attempt], now: datetime) -> set[str]:
    """A subscriber that answers 410 has ended its subscription (WebSub §7): there is nothing to pause, nor to mend.

    Tells which, by destination. Subscriptions are locked before healths, by everybody.
    """
    told = {one.claim.due.destination_id for one in failed if one.outcome.kind == "ended"}
    gone = subscriptions.of_destinations(connection, {name for name in told if is_subscriber(name)})
    if gone:
        subscriptions.end(connection, [one.id for one in gone], because="the callback is gone (410)", now=now)
    return {one.destination_id for one in gone}


def _delivered(one: Attempt) -> Settlement:
    return Settlement("delivered", one.outcome.reason, None, one.claim.due.lane)


def _after_failures(
    connection: Connection,
    failed: Sequence[Attempt],
    *,
    known: Mapping[str, Destination],
    policy: DeliveryPolicy,
    now: datetime,
    dice: Callable[[], float],
) -> list[tuple[Attempt, Settlement]]:
    """What follows for those that did not arrive; one that has been overtaken is not tried again."""
    since = claims.patience(connection, [one.claim.due.seq for one in failed])
    settled: dict[int, Settlement] = {}
    for one in failed:
        seq, kind = one.claim.due.seq, one.outcome.kind
        settled[seq] = after(
            one.outcome,
            tries=one.claim.number,
            alike=attempts.count(connection, seq, kind, since=since[seq]) + 1 if kind in COUNTED else 1,
            since=since[seq],
            lane=one.claim.due.lane,
            policy=policy.patience(known[one.claim.due.destination_id]),
            now=now,
            dice=dice(),
        )
    waiting = [one.claim for one in failed if settled[one.claim.due.seq].state == "waiting"]
    for seq in claims.superseded(connection, waiting) if waiting else ():
        reason = f"superseded while it was being tried: {settled[seq].reason}"
        settled[seq] = Settlement("cancelled", reason, None, settled[seq].lane)
    return [(one, settled[one.claim.due.seq]) for one in failed]


def _healths(
    connection: Connection,
    tries: Sequence[Attempt],
    *,
    policy: BreakerPolicy,
    now: datetime,
    dice: Callable[[], float],
) -> list[tuple[Health, Health]]:
    """Let every destination's health follow from these tries: (before, after) of those that have changed."""
    answered = {one.claim.due.destination_id for one in tries if one.outcome.kind == "delivered"}
    concerned = {one.claim.due.destination_id for one in tries} - answered
    concerned |= answered & health.troubled(connection).keys()
    before = health.of(connection, concerned, lock=True) if concerned else {}
    now_so = dict(before)
    for one in tries:
        name = one.claim.due.destination_id
        if name in now_so:
            now_so[name] = after_answer(now_so[name], one.outcome, policy=policy, now=now, dice=dice())
    changed = [name for name in before if now_so[name] != before[name]]
    health.save(connection, [now_so[name] for name in changed])
    return [(before[name], now_so[name]) for name in changed]
