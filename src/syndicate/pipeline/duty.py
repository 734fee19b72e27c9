"""What is owed to one destination? A pure answer from what it may have, and from what it may have now."""

from collections.abc import Sequence
from typing import NamedTuple

from syndicate.ledger.deliveries import Delivery
from syndicate.model.clearance import Clearance
from syndicate.model.delivery import Action


class Duty(NamedTuple):
    """Something owed. One that isn't `sent` is only written down, so that the row says why nothing goes out."""

    action: Action
    reason: str
    sent: bool = True


def duty(
    history: Sequence[Delivery],
    clearance: Clearance,
    *,
    as_good: range,
    withdrawn: int = 0,
    body: str = "",
    unchanged: str = "",
) -> Duty | None:
    """What follows for a destination from a clearance.

    `history` is what was owed to it before, in order; `as_good` the former revisions that differ from this one, its
    `stop`, by minor corrections only; `withdrawn` the last that withdrew the article, or 0; `body` the digest of what
    it would get, where it may have that already; `unchanged` why what it has is as good as that, if it is.

    Rights beat routing: who has it and is no longer cleared gets a removal, unless it may keep what it has and that
    still stands. Who is held keeps it too. What was withdrawn since nobody keeps.
    """
    if clearance.decision == "cleared":
        if _delivered_revision(history) in as_good:
            return Duty("update", "a minor correction: not sent to those who have the article", sent=False)
        if body and (has_now := delivered(history)) and has_now.body == body:
            unchanged = "nothing changes for them"
        if unchanged:
            return Duty("update", f"{unchanged}: not sent to those who have the article", sent=False)
        return Duty("update" if may_hold(history) else "publish", clearance.reason)
    has = _delivered_revision(history)
    keeps = clearance.decision == "held" or (clearance.keeps and (has in as_good or has == as_good.stop))
    if may_hold(history) and (not keeps or _is_withdrawn(history, withdrawn)):
        return Duty("withdraw", clearance.reason)
    return None


def may_hold(history: Sequence[Delivery]) -> bool:
    """Whether the destination may have a copy."""
    return bool(may_show(history))


def may_show(history: Sequence[Delivery]) -> list[Delivery]:
    """What its copy may be: any try counts, until a later one, or a removal, was confirmed."""
    shown: list[Delivery] = []
    for delivery in history:
        if delivery.state == "delivered":
            shown = []
        if delivery.action != "withdraw" and delivery.may_have_arrived:
            shown.append(delivery)
    return shown


def _delivered_revision(history: Sequence[Delivery]) -> int | None:
    """The revision that the destination has for certain."""
    has = delivered(history)
    return has.revision if has else None


def delivered(history: Sequence[Delivery]) -> Delivery | None:
    """What the destination has for certain, if nothing newer was sent or is on its way."""
    sent = [delivery for delivery in history if delivery.may_have_arrived or delivery.state == "waiting"]
    if not sent or sent[-1].action == "withdraw" or sent[-1].state != "delivered":
        return None
    return sent[-1]


def _is_withdrawn(history: Sequence[Delivery], withdrawn: int) -> bool:
    """Whether a removal was under way, or wasn't even owed yet when the article was published again."""
    if history[-1].action == "withdraw" and history[-1].state != "delivered":
        return True
    brought = [delivery.revision for delivery in history if delivery.action != "withdraw" and delivery.may_have_arrived]
    return max(brought) < withdrawn
