"""How does it travel, as seen from the pipeline: a parcel goes in, an outcome comes out.

A transport's file offers two names, so that the table of transports needs nothing but the file's own:
`SETTINGS`, the Record its settings are checked against, and `TRANSPORT`, what is called with
`settings`, `secret` and `door` and gives a Transport.
"""

from collections.abc import Callable
from typing import Protocol

from syndicate.model.delivery import Outcome, Parcel
from syndicate.model.record import Record

SecretGetter = Callable[[str], str]
"""From a secret's name to the secret; KeyError when there is none of that name."""


class Transport(Protocol):
    """One destination, ready to be sent to."""

    def check(self) -> None:
        """Raises DestinationMisconfigured for what is wrong already before anything is sent, such as a secret."""
        ...

    def send(self, parcel: Parcel) -> Outcome:
        """Try once. May raise PartnerUnavailable, PartnerRefused or DestinationMisconfigured, and nothing else."""
        ...


class TransportModule(Protocol):
    """What a transport's file offers."""

    SETTINGS: type[Record]
    TRANSPORT: Callable[..., Transport]
