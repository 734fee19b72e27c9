"""What every stage knows of the house: who publishes, for whom, and in which words."""

from functools import cached_property

from syndicate.model.feed import Directory
from syndicate.model.licence import Addresses, Licence, addresses
from syndicate.model.publisher import Publisher
from syndicate.model.record import Record
from syndicate.notices.wordings import Wordings


class Newsroom(Record):
    """The configuration that decisions are made under. `base_url` is how the world knows us."""

    publisher: Publisher
    directory: Directory
    wording: Wordings
    licence: Licence | None = None
    base_url: str = ""

    @cached_property
    def addresses(self) -> Addresses:
        """Where our terms are to be read."""
        return addresses(self.licence, page=self.publisher.licence_url, base_url=self.base_url)
