"""Was it meant? Asks callbacks whether they want what was asked for in their name, and tells those that are denied."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from syndicate.ledger import health, partners, subscriptions
from syndicate.ledger.database import Ledger, database_time
from syndicate.model.health import Health
from syndicate.model.partner import Destination
from syndicate.model.step import Step
from syndicate.model.subscription import HubPolicy, Question, Reply, Subscription
from syndicate.pipeline.access import refusal
from syndicate.pipeline.newsroom import Newsroom

log = structlog.get_logger(__name__)

AT_ONCE = 16  # callbacks that are asked side by side
TRIES = 3  # where nobody answers; an answer counts, whatever it is
FIRST_PAUSE = timedelta(minutes=1)
KEY = "websub"  # the name of our secret that opens what they have told

Ask = Callable[[Sequence[Question]], list[Reply]]


@dataclass(frozen=True)
class Hub:
    """What the verification lives in: `ask` is the way to callbacks, `lease` how long somebody may take over one."""

    newsroom: Newsroom
    policy: HubPolicy
    ask: Ask
    lease: timedelta


def verify_intent(ledger: Ledger, ids: Collection[str], *, hub: Hub, now: datetime) -> list[Step]:
    """Ask the callbacks of these once, as far as they are due, and write down what holds from now on.

    A subscription is validated first: to a partner's feed, whether the agreement runs today (`now`). If it doesn't, the
    callback is told so. Asking twice is harmless.
    """
    with ledger.write() as connection:
        began = database_time(connection)
        taken = subscriptions.take(connection, ids, now=began, until=began + hub.lease)
        denied = {one.id: _denial(connection, one, hub.newsroom, now) for one in taken}
    replies = hub.ask([_question(one, denied[one.id]) for one in taken])
    with ledger.write() as connection:
        subscriptions.hold(connection, [one.id for one in taken])
        for one, reply in zip(taken, replies, strict=True):
            if denied[one.id]:
                subscriptions.settle(connection, one, said=f"denied: {denied[one.id]}")
            elif reply.finding == "confirmed":
                _hold(connection, one, reply, hub=hub)
            else:
                subscriptions.settle(connection, one, said=reply.words, again_at=_again_at(connection, one, reply))
    for one, reply in zip(taken, replies, strict=True):
        log.info("hub.verified", subscription=one.id, host=one.host, mode=one.intent, finding=reply.finding)
    return []


def _denial(connection: Connection, one: Subscription, newsroom: Newsroom, now: datetime) -> str:
    """Why the callback is told no; empty where it is to be asked. Who wants to leave may always."""
    if one.intent == "denied":
        return one.intent_reason
    if one.intent == "unsubscribe":
        return ""
    return refusal(connection, one.audience, one.intent_token_id, newsroom=newsroom, now=now)


def _question(one: Subscription, denial: str) -> Question:
    intent = "denied" if denial else one.intent
    assert intent is not None  # what is due has one
    return Question(one.callback, intent, one.intent_sealed, one.intent_lease_s, denial)


def _again_at(connection: Connection, one: Subscription, reply: Reply) -> datetime | None:
    if reply.finding != "unclear" or one.tries >= TRIES:
        return None
    return database_time(connection) + (one.tries or 1) * FIRST_PAUSE


def _hold(connection: Connection, one: Subscription, reply: Reply, *, hub: Hub) -> None:
    """Let what was confirmed hold: the lease runs from when the callback was asked."""
    now = database_time(connection)
    if one.intent == "unsubscribe":
        subscriptions.end(connection, [one.id], because="they have unsubscribed", now=now)
        subscriptions.settle(connection, one, said=reply.words)
        return
    lease_until = one.lease_from(one.asked_at or now)
    told = {one.destination_id: _destination(one, hub.newsroom, hub.policy)}
    partners.remember_destinations(connection, told, now=now)
    if one.state != "active":
        health.hold(connection, [one.destination_id])
        health.save(connection, [Health(one.destination_id)])
    subscriptions.activate(connection, one, until=lease_until)
    subscriptions.settle(connection, one, said=reply.words)


def _destination(one: Subscription, newsroom: Newsroom, policy: HubPolicy) -> Destination:
    return Destination(
        name=f"websub-{one.id}",
        transport="websub",
        format=one.format,
        concurrency=1,
        settings={
            "url": one.callback,
            "topic": one.topic.url(newsroom.base_url),
            "hub": newsroom.hub_url,
            "sealed": one.intent_sealed,
            "key": KEY,
            "signature": policy.signature,
            "network": policy.network,
            "deadline_s": policy.deadline_s,
        },
    )
