"""How does it travel to a partner's own address? One signed POST for each delivery (Standard Webhooks 1.0.0)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, model_validator

from syndicate.model.delivery import Action, Outcome, Parcel, Receipt
from syndicate.model.record import Record, Url
from syndicate.transports.answers import meaning
from syndicate.transports.http import Answer, Door, Get, Post, place
from syndicate.transports.keys import Key, named_keys
from syndicate.transports.secrets import SecretGetter, SecretName
from syndicate.transports.signature import sign, timestamp
from syndicate.transports.tls import Tls, read_tls

EVENTS: dict[Action, str] = {
    "publish": "article.published",
    "update": "article.updated",
    "withdraw": "article.withdrawn",
}
"""The `syndicate-event` header, for routing at the receiver; what counts is in the signed body."""


_AS_IT_IS = "".join(map(chr, range(33, 127)))  # also %: what came encoded goes back as it came


class WebhookSettings(Record):
    """What a destination with `transport = "webhook"` is set up with."""

    url: Url
    secret: SecretName
    ca: SecretName = Field(default="", description="PEM of the authorities that vouch for it, not the public ones")
    certificate: SecretName = Field(
        default="", description="PEM of our certificate and its key, where they ask for one"
    )
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
        sign(id="check", at=datetime.now(UTC), body=b"", keys=self._keys)
        _ = self._tls

    def send(self, parcel: Parcel) -> Outcome:
        """POST the parcel once and say what the answer means. Raises PartnerUnavailable or DestinationMisconfigured."""
        return self.meaning(self.door.post(self.request(parcel)), parcel)

    def request(self, parcel: Parcel) -> Post:
        """The POST that carries the parcel, signed now. Raises DestinationMisconfigured."""
        return Post(
            url=self.settings.url,
            body=parcel.body,
            headers=self._headers(parcel),
            policy=self.settings.network,
            deadline_s=self.settings.deadline_s,
            max_response_bytes=self.settings.max_response_bytes,
            tls=self._tls,
        )

    def meaning(self, answer: Answer, parcel: Parcel) -> Outcome:
        """What the answer to this parcel means."""
        return meaning(answer, parcel=parcel, url=self.settings.url)

    def look(self, url: str) -> Answer:
        """GET the page of a copy. Raises PartnerUnavailable or DestinationMisconfigured.

        The destination's own authorities and our certificate are for its own host; another's is as any page's. Our
        own network is open to a look at the destination's own host and port only: the url is the partner's word.
        """
        page, own = place(url), place(self.settings.url)
        is_theirs = page is not None and own is not None and page[0] == own[0]
        return self.door.get(
            Get(
                url=url,
                headers={"User-Agent": our_name(), "Cache-Control": "no-cache"},
                policy=self.settings.network if is_theirs and page == own else "public",
                deadline_s=self.settings.deadline_s,
                max_response_bytes=0,
                tls=self._tls if is_theirs else None,
            )
        )

    def _headers(self, parcel: Parcel) -> dict[str, str]:
        return {
            "Content-Type": parcel.media_type,
            "User-Agent": our_name(),
            "webhook-id": parcel.delivery_id,
            "webhook-timestamp": str(timestamp(parcel.at)),
            "webhook-signature": sign(id=parcel.delivery_id, at=parcel.at, body=parcel.body, keys=self._keys),
            "syndicate-event": EVENTS[parcel.action],
            **_their_copy(parcel.receipt),
        }

    @cached_property
    def _keys(self) -> tuple[Key, ...]:
        """What to sign with, decoded when first needed: a changed secret is noticed by the next transport made."""
        return named_keys(self.settings.secret, self.secret)

    @cached_property
    def _tls(self) -> Tls | None:
        return read_tls(ca=self.settings.ca, certificate=self.settings.certificate, secret=self.secret)


SETTINGS = WebhookSettings
TRANSPORT = Webhook


def _their_copy(receipt: Receipt | None) -> dict[str, str]:
    """What the partner called the copy it has, percent-encoded where it isn't ASCII."""
    if receipt is None:
        return {}
    told = {"syndicate-remote-id": receipt.remote_id, "syndicate-remote-url": receipt.remote_url}
    return {name: quote(value, safe=_AS_IT_IS) for name, value in told.items() if value}


@cache
def our_name() -> str:
    """What we call ourselves: the `User-Agent`."""
    try:
        return f"syndicate/{version('syndicate')}"
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "syndicate/unreleased"
