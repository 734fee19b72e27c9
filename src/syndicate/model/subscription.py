"""A standing request to be told of a feed (W3C WebSub): who asks, for which topic, for how long, and what is agreed."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from urllib.parse import quote, unquote, urlencode, urlsplit

from syndicate.model.clearance import PUBLIC
from syndicate.model.record import Record, Url

Intent = Literal["subscribe", "unsubscribe", "denied"]
"""What is to be said to a callback: the two that it has to confirm, and the one that it is only told."""
Standing = Literal["asked", "active", "ended"]
Signature = Literal["sha256", "sha384", "sha512"]

SECRET_BYTES = 200  # hub.secret must be shorter (WebSub §5.1)
_PLACE = "/feeds/"
_SUBSCRIBER, _HUB = "/websub:", "/hub:"
_FORM = re.compile(r"(?P<feed>.+)\.(?P<format>[a-z0-9]+)", re.DOTALL)


class Topic(NamedTuple):
    """One feed in one format. Its `id` is the path of its address, which no article's id can be."""

    feed_id: str
    format: str

    @property
    def id(self) -> str:
        """By what the ledger knows it, where an article has its own id."""
        return f"{_PLACE}{self.feed_id}.{self.format}"

    def url(self, base_url: str) -> str:
        """Its canonical address: the `self` of the feed."""
        return f"{base_url.rstrip('/')}{_PLACE}{quote(self.feed_id)}.{self.format}"


ANY_TOPIC = f"{_PLACE}%"
"""All of their ids, as LIKE has it."""


def is_topic(brought: str) -> bool:
    """Whether what a delivery brings is a feed, and not an article."""
    return brought.startswith(_PLACE)


def topic_at(url: str, *, base_url: str) -> tuple[Topic, str] | None:
    """Which of our feeds an address is, and what its query says; None when it is none.

    Compared decoded, because the same address can be percent-encoded in several ways (WebSub §5.1.1).
    """
    try:
        asked, ours = urlsplit(url), urlsplit(base_url)
        same_host = (asked.scheme, asked.hostname, asked.port) == (ours.scheme, ours.hostname, ours.port)
    except ValueError:
        return None
    path, home = unquote(asked.path), unquote(ours.path).rstrip("/") + _PLACE
    form = _FORM.fullmatch(path.removeprefix(home)) if path.startswith(home) else None
    if not same_host or form is None or asked.fragment or not form["feed"].isprintable():
        return None
    return Topic(form["feed"], form["format"]), asked.query


def subscription_id(topic: Topic, callback: str) -> str:
    """Its name, derived from what makes it unique: topic and callback (WebSub §2)."""
    named = hashlib.sha256("\x1f".join([topic.id, callback]).encode()).digest()[:16]
    return base64.b32encode(named).decode().rstrip("=").lower()


def destination_of(audience: str, subscription: str) -> str:
    """What the ledger calls the destination that a subscription stands for; no file can name one like this."""
    return f"{audience}{_SUBSCRIBER}{subscription}"


def is_ours(destination_id: str) -> bool:
    """Whether a destination stands in no file: a subscriber's, or another's hub."""
    return is_subscriber(destination_id) or _HUB in destination_id


def hub_destination(url: str) -> str:
    """What the ledger calls another's hub; no file can name one like this."""
    return f"{PUBLIC}{_HUB}{urlsplit(url).hostname}:{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def is_subscriber(destination_id: str) -> bool:
    """Whether a destination is somebody who has subscribed, and not a partner's."""
    return _SUBSCRIBER in destination_id


def asking(callback: str, parameters: Mapping[str, str]) -> str:
    """A callback with these parameters behind those that it has, which stay as they are (WebSub §5.1.1)."""
    base, _, query = callback.partition("?")
    told = urlencode(parameters)
    return f"{base}?{query}&{told}" if query else f"{base}?{told}"


class HubPolicy(Record):
    """What our hub allows: how long a lease may be, how many there may be, and how they are verified and signed.

    `most_waiting` is how many of one host may wait for their verification at once.
    """

    lease_s: int
    shortest_lease_s: int
    longest_lease_s: int
    most: int
    most_per_host: int
    most_waiting: int
    pause_s: float
    signature: Signature = "sha256"
    plain_http: bool = False
    network: Literal["public", "internal"] = "public"
    deadline_s: float = 10

    def lease(self, asked_s: int | None) -> int:
        """For how long, in seconds: as asked, within our bounds; without a wish, as is usual here."""
        return self.lease_s if asked_s is None else max(self.shortest_lease_s, min(asked_s, self.longest_lease_s))


@dataclass(frozen=True)
class Wish:
    """What somebody asks of the hub, read and in order.

    `sealed` is what must not be read by others: the topic as it was given, and the secret. `token_id` names the token
    that opened a partner's feed, without which the subscription ends.
    """

    intent: Literal["subscribe", "unsubscribe"]
    topic: Topic
    callback: Url
    audience: str = PUBLIC
    lease_s: int = 0
    sealed: str = field(default="", repr=False)
    token_id: str | None = None

    @property
    def id(self) -> str:
        """Of the subscription that it is about."""
        return subscription_id(self.topic, self.callback)

    @property
    def host(self) -> str:
        """Where the callback is."""
        return urlsplit(self.callback).hostname or ""


@dataclass(frozen=True)
class Subscription:
    """One as the ledger has it: what holds now, and beside it what was asked and is not confirmed yet (`intent`)."""

    id: str
    topic_id: str
    feed_id: str
    format: str
    audience: str
    destination_id: str
    callback: str = field(repr=False)
    host: str
    state: Standing
    lease_until: datetime | None
    token_id: str | None
    intent: Intent | None
    intent_at: datetime | None
    intent_lease_s: int
    intent_sealed: str = field(repr=False)
    intent_token_id: str | None
    intent_reason: str
    due_at: datetime | None
    tries: int
    asked_at: datetime | None
    said: str
    created_at: datetime
    ended_at: datetime | None
    ended_because: str

    @property
    def topic(self) -> Topic:
        """What it is about."""
        return Topic(self.feed_id, self.format)

    def lease_from(self, at: datetime) -> datetime:
        """When what is asked for would end, counted from the verification request (WebSub §5.3)."""
        return at + timedelta(seconds=self.intent_lease_s)


class Question(NamedTuple):
    """What a callback is asked, or told: `sealed` holds the topic as it was given, `reason` why it is denied."""

    callback: str
    intent: Intent
    sealed: str
    lease_s: int
    reason: str


class Reply(NamedTuple):
    """What came of a question. `unclear`: nobody has answered, so that asking again may help."""

    finding: Literal["confirmed", "not confirmed", "unclear"]
    words: str
