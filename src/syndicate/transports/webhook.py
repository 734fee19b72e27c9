"""How does it travel to a partner's own address? One signed POST for each delivery (Standard Webhooks 1.0.0)."""

import codecs
import json
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, model_validator

from syndicate.model.delivery import Action, Outcome, OutcomeKind, Parcel, Receipt
from syndicate.model.record import Record, Slug, Url
from syndicate.transports.errors import DestinationMisconfigured
from syndicate.transports.http import Answer, Door, Post
from syndicate.transports.protocol import SecretGetter
from syndicate.transports.signature import sign, timestamp

EVENTS: dict[Action, str] = {
    "publish": "article.published",
    "update": "article.updated",
    "withdraw": "article.withdrawn",
}
"""The `syndicate-event` header, for routing at the receiver; what counts is in the signed body."""

ANSWERS: dict[str, tuple[OutcomeKind, str]] = {
    "withdraw 404": ("delivered", "the partner no longer has it"),
    "withdraw 410": ("delivered", "the partner no longer has it"),
    "2xx": ("delivered", "accepted"),
    "3xx": ("misconfigured", "redirects are not followed"),
    "401": ("misconfigured", "the partner did not accept our signature"),
    "403": ("misconfigured", "the partner does not let us post there"),
    "404": ("misconfigured", "the partner has nothing at this address"),
    "405": ("misconfigured", "the partner takes no POST at this address"),
    "407": ("misconfigured", "a proxy on the way asks who we are"),
    "408": ("unavailable", "the partner did not wait for our request"),
    "410": ("refused", "the partner ended this destination"),
    "425": ("unavailable", "the partner asks us to come again later"),
    "429": ("unavailable", "the partner asks us to slow down"),
    "4xx": ("refused", "the partner does not take this delivery"),
    "5xx": ("unavailable", "the partner has a fault"),
    "other": ("unavailable", "the partner's answer is not one that ends a request"),
}
"""What an answer means, and in which words. The most particular row counts: `action status`, `status`, its class.

A withdrawal reaches its aim where nothing is there any more. `refused` ends this delivery, `misconfigured` waits for a
person, `unavailable` is tried again, after Retry-After if the partner named one.
"""

LONGEST_RETRY_AFTER_S = 86_400.0
_EXCERPT_CHARACTERS = 500


class WebhookSettings(Record):
    """What a destination with `transport = "webhook"` is set up with."""

    url: Url
    secret: Slug = Field(description="the name of the secret, never the secret itself")
    network: Literal["public", "internal"] = "public"
    deadline_s: float = Field(default=10, gt=0, le=30, description="from the look-up of the name to the whole answer")
    max_response_bytes: int = Field(default=65_536, ge=0, le=1_048_576, description="how much of the answer is read")

    @model_validator(mode="after")
    def _encrypted_outside(self) -> "WebhookSettings":
        if self.network == "public" and urlsplit(self.url).scheme != "https":
            raise ValueError('url must begin with https://; only with network = "internal" may it be http://')
        return self


@dataclass(frozen=True)
class Webhook:
    """A partner's address that takes signed POSTs."""

    settings: WebhookSettings
    secret: SecretGetter
    door: Door

    def check(self) -> None:
        """Raises DestinationMisconfigured when the secret isn't there, or isn't a proper one."""
        self._signature(id="check", at=datetime.now(UTC), body=b"")

    def send(self, parcel: Parcel) -> Outcome:
        """POST the parcel once and say what the answer means. Raises PartnerUnavailable or DestinationMisconfigured."""
        return self.meaning(self.door.post(**vars(self.request(parcel))), parcel)

    def request(self, parcel: Parcel) -> Post:
        """The POST that carries the parcel, signed now. Raises DestinationMisconfigured."""
        return Post(
            url=self.settings.url,
            body=parcel.body,
            headers=self._headers(parcel),
            policy=self.settings.network,
            deadline_s=self.settings.deadline_s,
            max_response_bytes=self.settings.max_response_bytes,
        )

    def meaning(self, answer: Answer, parcel: Parcel) -> Outcome:
        """What the answer to this parcel means."""
        return meaning(answer, parcel=parcel, url=self.settings.url)

    def _headers(self, parcel: Parcel) -> dict[str, str]:
        return {
            "Content-Type": parcel.media_type,
            "User-Agent": f"syndicate/{_our_version()}",
            "webhook-id": parcel.delivery_id,
            "webhook-timestamp": str(timestamp(parcel.at)),
            "webhook-signature": self._signature(id=parcel.delivery_id, at=parcel.at, body=parcel.body),
            "syndicate-event": EVENTS[parcel.action],
        }

    def _signature(self, *, id: str, at: datetime, body: bytes) -> str:
        name = self.settings.secret
        try:
            return sign(id=id, at=at, body=body, secret=self.secret(name))
        except KeyError:
            raise DestinationMisconfigured(f"secret {name} is not set") from None
        except DestinationMisconfigured as error:
            raise DestinationMisconfigured(f"secret {name}: {error.reason}") from None


SETTINGS = WebhookSettings
TRANSPORT = Webhook


def meaning(answer: Answer, *, parcel: Parcel, url: str) -> Outcome:
    """What an answer to this parcel means, by the table ANSWERS."""
    kind, words = _row(answer.status, parcel.action)
    received = parcel.at + timedelta(seconds=answer.duration_s)
    return Outcome(
        kind=kind,
        reason=f"{words} ({answer.status}){_elsewhere(answer)}",
        status=answer.status,
        retry_after_s=retry_after_s(answer.headers.get("retry-after"), now=received) if kind == "unavailable" else None,
        answer=excerpt(answer, hide=url),
        receipt=receipt(answer.body) if kind == "delivered" else None,
    )


def _row(status: int, action: Action) -> tuple[OutcomeKind, str]:
    keys = (f"{action} {status}", str(status), f"{status // 100}xx", "other")
    return next(ANSWERS[key] for key in keys if key in ANSWERS)


def _elsewhere(answer: Answer) -> str:
    if answer.status // 100 != 3 or "location" not in answer.headers:
        return ""
    try:
        host = urlsplit(answer.headers["location"]).hostname
    except ValueError:
        host = None
    return f": it points to {_plain(host)[:253] if host else 'the same host'}; put the final address into url"


def retry_after_s(text: str | None, *, now: datetime) -> float | None:
    """Retry-After (RFC 9110, 10.2.3) in seconds from `now`, 0 to a day; None when there is none, or garbage."""
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_RETRY_AFTER_S)
    try:
        then = parsedate_to_datetime(text)
        wait = (then if then.tzinfo else then.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait.total_seconds(), 0.0), LONGEST_RETRY_AFTER_S)


def receipt(body: bytes) -> Receipt | None:
    """What the partner calls its copy, if it answered with a JSON object that has a usable `id` or `url`."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    remote_id, remote_url = _usable(told.get("id")), _usable(told.get("url"))
    if not remote_url.lower().startswith(("https://", "http://")):
        remote_url = ""  # it may become a link on the ops page
    return Receipt(remote_id=remote_id, remote_url=remote_url) if remote_id or remote_url else None


def _usable(value: object) -> str:
    """A text that is short and clean enough to keep; a shortened name would be another name."""
    return value if isinstance(value, str) and len(value) <= 2000 and _plain(value) == value else ""


def excerpt(answer: Answer, *, hide: str) -> str:
    """The first 500 characters of an answer on one line, without what stands in the query string of the url `hide`."""
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        return "(compressed, not read)"
    text = _plain(_decoded(answer.body[: 8 * _EXCERPT_CHARACTERS]))
    query = urlsplit(hide).query
    for hidden in [query, *(value for _, value in parse_qsl(query))]:
        text = text.replace(hidden, "…") if len(hidden) > 3 else text
    return text[:_EXCERPT_CHARACTERS]


def _decoded(body: bytes) -> str:
    """UTF-8, also when cut within a character; else GB 18030, which Chinese partners still send."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return body.decode("gb18030", errors="replace")


def _plain(text: str) -> str:
    """Without control, format and surrogate characters; every run of blanks one space."""
    spaced = " ".join(text.split())
    return "".join(character for character in spaced if not unicodedata.category(character).startswith("C"))


@cache
def _our_version() -> str:
    try:
        return version("syndicate")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "unreleased"
