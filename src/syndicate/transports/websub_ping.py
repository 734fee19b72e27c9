"""How does another's hub hear that a feed has changed? By one POST of the feed's address, which it then fetches.

The recommendation leaves that open (WebSub §6); this is what the public hubs ask for.
"""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from syndicate.model.delivery import Outcome, Parcel
from syndicate.model.record import Record, Url
from syndicate.transports.answers import meaning
from syndicate.transports.http import Answer, Door, Post
from syndicate.transports.secrets import SecretGetter
from syndicate.transports.webhook import our_name


class PingSettings(Record):
    """Another's hub, as `[websub]` names it."""

    url: Url
    network: Literal["public", "internal"] = "public"
    deadline_s: float = Field(default=10, gt=0, le=30)


@dataclass(frozen=True)
class Ping:
    """A hub that is told."""

    settings: PingSettings
    secret: SecretGetter
    door: Door

    def check(self) -> None:
        """There is nothing that could be missing."""

    def send(self, parcel: Parcel) -> Outcome:
        """POST once and say what the answer means. Raises PartnerUnavailable or DestinationMisconfigured."""
        return self.meaning(self.door.post(self.request(parcel)), parcel)

    def request(self, parcel: Parcel) -> Post:
        """The POST: what it says is in the parcel already."""
        return Post(
            url=self.settings.url,
            body=parcel.body,
            headers={"Content-Type": parcel.media_type, "User-Agent": our_name()},
            policy=self.settings.network,
            deadline_s=self.settings.deadline_s,
            max_response_bytes=1_000,
        )

    def meaning(self, answer: Answer, parcel: Parcel) -> Outcome:
        """What the answer means. A hub names no copy of its own."""
        return meaning(answer, parcel=parcel, url=self.settings.url)._replace(receipt=None)


SETTINGS = PingSettings
TRANSPORT = Ping
