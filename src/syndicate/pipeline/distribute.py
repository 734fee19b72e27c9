"""Who is told that a feed has changed? Owes its new bytes to its subscribers, and word of them to others' hubs."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Connection

from syndicate.ledger import contents, deliveries, health, partners, subscriptions, topics
from syndicate.ledger.contents import Packed
from syndicate.ledger.database import database_time
from syndicate.ledger.deliveries import NewDelivery
from syndicate.ledger.feeds import SUBSCRIPTION, Document
from syndicate.model.clearance import PUBLIC
from syndicate.model.delivery import delivery_id
from syndicate.model.partner import Destination
from syndicate.model.step import Confirm, Deliver, Lane, Step
from syndicate.model.story import FeedDefinition
from syndicate.model.subscription import Subscription, Topic, hub_destination
from syndicate.pipeline.access import refusal
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.owe import NOTHING_CARRIED

FORM = "application/x-www-form-urlencoded"


class _Changed(NamedTuple):
    """A topic that has other bytes than before."""

    topic: Topic
    version: int
    document: Document
    is_urgent: bool


def distribute(
    connection: Connection,
    definition: FeedDefinition,
    documents: Iterable[Document],
    *,
    urgent: bool,
    newsroom: Newsroom,
    now: datetime,
) -> list[Step]:
    """Owe what has changed to everybody who is to be told, in the transaction that puts it in place.

    What of it waits still from before is superseded: nobody is sent an older version, and an urgent change, one that
    takes something back, stays urgent until it has left.
    """
    changed = _changed(connection, definition.id, documents, urgent=urgent)
    if not changed:
        return []
    told = database_time(connection)
    listening, denied = _listening(connection, changed, newsroom=newsroom, now=now)
    owed = [_to_subscriber(changed[one.topic_id], one) for one in listening]
    if definition.audience == PUBLIC and newsroom.hubs:
        owed += _to_hubs(connection, changed.values(), newsroom=newsroom, now=told)
    _wake(connection, {one.destination_id for one in owed}, now=told)
    deliveries.add(connection, owed, now=told)
    ids = {one.id for one in owed}
    for name, one in changed.items():
        reason = f"superseded by version {one.version} of the feed"
        deliveries.cancel_waiting(connection, name, but=ids, reason=reason, now=told)
    lanes: list[Lane] = ["retract" if urgent or one.is_urgent else "deliver" for one in owed]
    steps: list[Step] = [Deliver(lane=lane) for lane in dict.fromkeys(lanes)]
    return [*steps, Confirm(subscriptions=denied)] if denied else steps


def _changed(
    connection: Connection, feed_id: str, documents: Iterable[Document], *, urgent: bool
) -> dict[str, _Changed]:
    """By topic: a feed may have changed in one format and not in another. Nobody subscribes to archives."""
    found = {Topic(feed_id, one.format): one for one in documents if one.month == SUBSCRIPTION}
    digests = {topic.id: one.packed.digest for topic, one in found.items()}
    versions = topics.advance(connection, digests, now=database_time(connection))
    waiting = {name for name in versions if "retract" in deliveries.waiting_lanes(connection, name)}
    return {
        topic.id: _Changed(topic, versions[topic.id], one, urgent or topic.id in waiting)
        for topic, one in found.items()
        if topic.id in versions
    }


def _listening(
    connection: Connection, topic_ids: Collection[str], *, newsroom: Newsroom, now: datetime
) -> tuple[list[Subscription], tuple[str, ...]]:
    """The subscribers that are to be told, and those who may not be any more: these are told that."""
    if not newsroom.hub_url:
        return [], ()
    told = database_time(connection)
    found = subscriptions.active(connection, topic_ids, now=told)
    why = {one.id: refusal(connection, one.audience, one.token_id, newsroom=newsroom, now=now) for one in found}
    denied = tuple(id for id, reason in why.items() if reason)
    for id in denied:
        subscriptions.deny(connection, [id], because=why[id], now=told)
    return [one for one in found if not why[one.id]], denied


def _to_subscriber(changed: _Changed, one: Subscription) -> NewDelivery:
    told = changed.document
    return _owed(
        changed, one.destination_id, told.packed, told.media_type, audience=one.audience, until=one.lease_until
    )


def _to_hubs(
    connection: Connection, changed: Iterable[_Changed], *, newsroom: Newsroom, now: datetime
) -> list[NewDelivery]:
    """Word of each topic to each hub that isn't ours: it fetches the feed, which is served once this is committed."""
    hubs = {hub_destination(url): _hub(url, newsroom) for url in newsroom.hubs}
    partners.remember_destinations(connection, hubs, now=now)
    return [
        _owed(one, name, contents.pack(_word(one.topic.url(newsroom.base_url))), FORM, audience=PUBLIC, until=None)
        for one in changed
        for name in hubs
    ]


def _word(url: str) -> bytes:
    return urlencode({"hub.mode": "publish", "hub.url": url}).encode()


def _hub(url: str, newsroom: Newsroom) -> Destination:
    settings = {"url": url, "network": newsroom.hubs_network, "deadline_s": newsroom.hubs_deadline_s}
    return Destination(name="hub", transport="websub-ping", format="url", settings=settings)


def _owed(
    changed: _Changed,
    destination_id: str,
    packed: Packed,
    media_type: str,
    *,
    audience: str,
    until: datetime | None,
) -> NewDelivery:
    topic, version = changed.topic.id, changed.version
    named = delivery_id(destination=destination_id, article=topic, revision=version, edition=1, action="update")
    return NewDelivery(
        id=named,
        article_id=topic,
        revision=version,
        edition=1,
        partner_id=audience,
        destination_id=destination_id,
        action="update",
        state="waiting",
        reason="the feed has changed",
        expires_at=until,
        body=packed,
        media_type=media_type,
        manifest=NOTHING_CARRIED,
        is_urgent=changed.is_urgent,
    )


def _wake(connection: Connection, destinations: Collection[str], *, now: datetime) -> None:
    """Who has failed for days is tried again with every new version, until its lease is over (WebSub §7)."""
    found = health.of(connection, destinations, lock=True).values() if destinations else ()
    tired = [one for one in found if one.paused_by == "failures"]
    probing = [replace(one, paused_at=None, paused_by="", paused_because="", failed_days=0) for one in tired]
    health.save(connection, [replace(one, open_until=now) for one in probing])
