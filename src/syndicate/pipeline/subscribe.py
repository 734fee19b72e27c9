"""Takes in what somebody asks of our hub, within its limits, and ends what has run out."""

from datetime import datetime, timedelta

import structlog

from syndicate.ledger import subscriptions
from syndicate.ledger.database import Ledger, database_time
from syndicate.model.problem import invalid
from syndicate.model.step import Confirm, Step
from syndicate.model.subscription import HubPolicy, Subscription, Wish
from syndicate.pipeline.access import refusal
from syndicate.pipeline.newsroom import Newsroom

log = structlog.get_logger(__name__)

AT_ONCE = 200
FORGET_AFTER = timedelta(days=7)  # what nobody has confirmed
RETRY_AFTER_S = 60


class TooMany(Exception):
    """The hub takes no more of this kind just now; `reason` is for whoever has asked."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def subscribe(ledger: Ledger, wish: Wish, *, policy: HubPolicy) -> list[Step]:
    """Write down what is asked for; a worker then asks the callback whether it was meant. Raises TooMany.

    Asked again before that, the later wish counts, and its callback is asked once, after a pause if it has just been
    asked: however often somebody asks, a callback hears of it only now and then.
    """
    with ledger.write() as connection:
        now = database_time(connection)
        known = subscriptions.find(connection, wish.id)
        if not _is_counted(known):
            _refuse_too_many(wish, *subscriptions.counts(connection, wish.host), policy=policy)
        due_at = subscriptions.next_due(known, now=now, pause=timedelta(seconds=policy.pause_s))
        subscriptions.ask(connection, wish, now=now, due_at=due_at)
    log.info("hub.asked", subscription=wish.id, topic=wish.topic.id, host=wish.host, mode=wish.intent)
    return [Confirm(subscriptions=(wish.id,))] if due_at <= now else []


def end(ledger: Ledger, id: str, *, because: str) -> list[Step]:
    """End one by a person's word, and have its callback told. Raises `Invalid` when no active one has this id."""
    with ledger.write() as connection:
        known = subscriptions.find(connection, id)
        if known is None or known.state != "active":
            raise invalid("subscription", f"there is no active subscription {id!r}: see syndicate subscriptions")
        subscriptions.deny(connection, [id], because=because, now=database_time(connection))
    log.info("hub.ended", subscription=id, because=because)
    return [Confirm(subscriptions=(id,))]


def lapse(ledger: Ledger, *, newsroom: Newsroom, now: datetime) -> None:
    """End those whose lease is over, deny those whose agreement has ended by `now`, forget what was never confirmed."""
    with ledger.read() as connection:
        told = database_time(connection)
        over = subscriptions.lapsed(connection, now=told, limit=AT_ONCE)
        idle = subscriptions.has_idle(connection, before=told - FORGET_AFTER)
        private = subscriptions.private(connection)
        why = {one.id: refusal(connection, one.audience, one.token_id, newsroom=newsroom, now=now) for one in private}
    denied = {id: reason for id, reason in why.items() if reason}
    if not (over or idle or denied):
        return
    with ledger.write() as connection:
        subscriptions.hold(connection, [*over, *denied])
        subscriptions.end(connection, over, because="its lease was over", now=told, lapsed_only=True)
        for id, reason in denied.items():
            subscriptions.deny(connection, [id], because=reason, now=told)
        subscriptions.forget(connection, before=told - FORGET_AFTER)
    log.info("hub.lapsed", subscriptions=over, denied=denied)


def _is_counted(known: Subscription | None) -> bool:
    """Whether it takes a place already: then asking again takes no other."""
    return known is not None and (known.state == "active" or known.due_at is not None)


def _refuse_too_many(wish: Wish, in_all: int, of_host: int, waiting: int, *, policy: HubPolicy) -> None:
    if in_all >= policy.most:
        raise TooMany("this hub has as many subscriptions as it can take: try again later")
    if of_host >= policy.most_per_host:
        raise TooMany(f"{wish.host} has {of_host} subscriptions here, as many as one host may have")
    if waiting >= policy.most_waiting:
        raise TooMany(f"{waiting} requests for {wish.host} wait to be verified: try again once they are")
