"""How does it travel, as seen from the pipeline: a parcel goes in, an outcome comes out.

A transport's file offers two names, so that the table of transports needs nothing but the file's own:
`SETTINGS`, the Record its settings are checked against, and `TRANSPORT`, what is called with
`settings`, `secret` and `door` and gives a Transport.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from syndicate.model.delivery import Outcome, Parcel
from syndicate.model.partner import Destination
from syndicate.model.record import Record
from syndicate.model.takedown import Sight
from syndicate.transports.http import Answer, Post

Look = Callable[[Sequence[tuple[Destination, str]]], Sequence[Sight]]
"""Looks at pages, each the url of a copy at a destination, and says of each what was seen. Raises nothing."""

IsWanted = Callable[[str], bool]
"""Asked for a delivery, by its id, just before its first byte leaves; after a no, it does not."""


class Transport(Protocol):
    """One destination, ready to be sent to."""

    def check(self) -> None:
        """Raises DestinationMisconfigured for what is wrong already before anything is sent, such as a secret."""
        ...

    def send(self, parcel: Parcel) -> Outcome:
        """Try once. May raise PartnerUnavailable, PartnerRefused or DestinationMisconfigured, and nothing else."""
        ...


class Wire(Protocol):
    """A window of parcels on their way, as the pipeline sees it. `len` tells how many have not been told of."""

    def start(self, destination: Destination, parcel: Parcel, is_wanted: IsWanted) -> None:
        """Send a parcel, unless it turns out just before that it is not wanted; `finished` tells what came of it."""
        ...

    def finished(self, *, wait_s: float) -> list[tuple[str, Outcome]]:
        """The outcomes since the last time, by delivery, waiting at most `wait_s` for the first."""
        ...

    def __len__(self) -> int: ...


@runtime_checkable
class SinglePost(Transport, Protocol):
    """A transport whose delivery is one POST, so that many can be under way at once (`fan_out.py`)."""

    def request(self, parcel: Parcel) -> Post:
        """The POST that carries the parcel. May raise DestinationMisconfigured."""
        ...

    def meaning(self, answer: Answer, parcel: Parcel) -> Outcome:
        """What the answer to it means."""
        ...


@runtime_checkable
class SeesPages(Transport, Protocol):
    """A transport whose partners show what they got on pages, which can be looked at."""

    def look(self, url: str) -> Answer:
        """GET the page once; follow no redirect. May raise PartnerUnavailable or DestinationMisconfigured."""
        ...


class TransportModule(Protocol):
    """What a transport's file offers."""

    SETTINGS: type[Record]
    TRANSPORT: Callable[..., Transport]
