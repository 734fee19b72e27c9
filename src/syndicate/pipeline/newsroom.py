"""What every stage knows of the house: who publishes, for whom, and in which words."""

from syndicate.model.feed import Directory
from syndicate.model.publisher import Publisher
from syndicate.model.record import Record
from syndicate.notices.wordings import Wordings


class Newsroom(Record):
    """The configuration that decisions are made under."""

    publisher: Publisher
    directory: Directory
    wording: Wordings
