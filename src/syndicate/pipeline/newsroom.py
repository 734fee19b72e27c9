"""What every stage knows of the house: who publishes, for whom, and in which words."""

from functools import cached_property
from typing import Literal

from syndicate.model.clearance import PUBLIC
from syndicate.model.feed import Directory
from syndicate.model.licence import Addresses, Licence, addresses
from syndicate.model.publisher import Publisher
from syndicate.model.record import Record
from syndicate.notices.wordings import Wordings


class Newsroom(Record):
    """The configuration that decisions are made under. `base_url` is how the world knows us.

    `hub_url` is our own hub's address, if there is one; `hubs` are those of others that are told of public feeds.
    """

    publisher: Publisher
    directory: Directory
    wording: Wordings
    licence: Licence | None = None
    base_url: str = ""
    hub_url: str = ""
    hubs: tuple[str, ...] = ()
    hubs_network: Literal["public", "internal"] = "public"
    hubs_deadline_s: float = 10

    def hubs_for(self, audience: str) -> tuple[str, ...]:
        """The hubs that a feed names, ours first. No other learns of a partner's own feed."""
        ours = (self.hub_url,) if self.hub_url else ()
        return ours + (self.hubs if audience == PUBLIC else ())

    @cached_property
    def addresses(self) -> Addresses:
        """Where our terms are to be read."""
        return addresses(self.licence, page=self.publisher.licence_url, base_url=self.base_url)
