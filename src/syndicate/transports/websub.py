"""How does a feed travel to who has subscribed to it? One POST of all of it, signed if they ask (WebSub §7)."""

import hmac
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from urllib.parse import quote

from pydantic import Field

from syndicate.model.delivery import Outcome, Parcel
from syndicate.model.record import Record, Url
from syndicate.model.subscription import Signature
from syndicate.transports.answers import meaning
from syndicate.transports.http import Answer, Door, Post
from syndicate.transports.sealed import unseal
from syndicate.transports.secrets import SecretGetter, SecretName, secret_text
from syndicate.transports.webhook import our_name

_URL_CHARACTERS = "%/:?#[]@!$&'()*+,;=~"


class WebSubSettings(Record):
    """What the hub knows of a subscriber: `sealed` holds its secret, `key` names ours, which opens that."""

    url: Url = Field(repr=False)
    topic: str
    hub: str
    sealed: str = Field(default="", repr=False)
    key: SecretName
    signature: Signature = "sha256"
    network: Literal["public", "internal"] = "public"
    deadline_s: float = Field(default=10, gt=0, le=30)


@dataclass(frozen=True)
class WebSub:
    """A subscriber's callback."""

    settings: WebSubSettings
    secret: SecretGetter
    door: Door

    def check(self) -> None:
        """Raises DestinationMisconfigured when its secret can't be read."""
        _ = self._shared

    def send(self, parcel: Parcel) -> Outcome:
        """POST the feed once and say what the answer means. Raises PartnerUnavailable or DestinationMisconfigured."""
        return self.meaning(self.door.post(self.request(parcel)), parcel)

    def request(self, parcel: Parcel) -> Post:
        """The POST to the callback, just as it was given. Raises DestinationMisconfigured."""
        return Post(
            url=self.settings.url,
            body=parcel.body,
            headers=self._headers(parcel),
            policy=self.settings.network,
            deadline_s=self.settings.deadline_s,
            max_response_bytes=0,
        )

    def meaning(self, answer: Answer, parcel: Parcel) -> Outcome:
        """What the answer means; its body is nothing to us. What they don't take now they may take later."""
        told = meaning(answer._replace(body=b""), parcel=parcel, url=self.settings.url)
        return told._replace(kind="misconfigured") if told.kind == "refused" else told

    def _headers(self, parcel: Parcel) -> dict[str, str]:
        links = f'<{_ascii(self.settings.hub)}>; rel="hub", <{_ascii(self.settings.topic)}>; rel="self"'
        headers = {"Content-Type": parcel.media_type, "User-Agent": our_name(), "Link": links}
        if self._shared:
            method = self.settings.signature
            headers["X-Hub-Signature"] = f"{method}={hmac.new(self._shared, parcel.body, method).hexdigest()}"
        return headers

    @cached_property
    def _shared(self) -> bytes:
        """The subscriber's secret; empty when it gave none."""
        if not self.settings.sealed:
            return b""
        return unseal(self.settings.sealed, key=secret_text(self.settings.key, self.secret)).get("secret", "").encode()


SETTINGS = WebSubSettings
TRANSPORT = WebSub


def _ascii(url: str) -> str:
    """A URL as a header can carry it; what is percent-encoded already stays so."""
    return quote(url, safe=_URL_CHARACTERS)
