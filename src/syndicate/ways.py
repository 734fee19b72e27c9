"""The ways out of this process: to partners, to their pages, to subscribers. Each is made when it is first used."""

from dataclasses import dataclass
from functools import cached_property

from syndicate.settings import Settings
from syndicate.transports.callbacks import Callbacks
from syndicate.transports.fan_out import FanOut
from syndicate.transports.pages import Pages


@dataclass(frozen=True)
class Ways:
    """For one process, made after a fork; `close` them at the end."""

    settings: Settings

    @cached_property
    def wire(self) -> FanOut:
        """To partners' destinations, and to subscribers."""
        return FanOut(secret=self.settings.secret)

    @cached_property
    def pages(self) -> Pages:
        """To the pages that partners show."""
        return Pages(secret=self.settings.secret)

    @cached_property
    def callbacks(self) -> Callbacks:
        """To callbacks that are asked something."""
        return Callbacks(secret=self.settings.secret, policy=self.settings.hub_policy)

    def break_off_wire(self) -> None:
        """Close what is under way to destinations; the next use makes another."""
        vars(self).pop("wire").close()

    def close(self) -> None:
        """Close whatever was made."""
        for made in ("wire", "pages", "callbacks"):
            if made in vars(self):
                getattr(self, made).close()
