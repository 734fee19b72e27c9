"""Who may carry our work, on which terms, and where it receives."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from syndicate.model.agreement import Agreement, begun, in_force
from syndicate.model.article import Region
from syndicate.model.dialect import Dialect
from syndicate.model.record import Line, Name, Record, Slug, Url
from syndicate.model.selection import Selection


class Destination(Record):
    """Where a partner receives. `settings` belong to the transport, which checks them (see TRANSPORTS)."""

    name: Slug
    transport: Slug
    format: Slug
    concurrency: int = Field(default=8, ge=1, le=200, description="how many deliveries may be under way at once")
    per_minute: float | None = Field(default=None, gt=0, le=1_000_000, description="at most so many a minute")
    give_up_after_h: float | None = Field(default=None, gt=0, description="else as [patience] says")
    verify_within_h: float | None = Field(default=None, gt=0, description="else as [takedown] says")
    settings: dict[str, Any] = Field(default_factory=dict)


class Partner(Record):
    """An organisation that may carry our work; one file in `config/partners`."""

    id: Slug
    name: Name
    home_url: Url | None = None
    note: Line = ""
    region: Region | None = Field(default=None, description="where it publishes, for releases by region")
    wants: Selection = Field(default=Selection(), description="which articles of those it may have it asks for")
    only_by_name: bool = Field(default=False, description="gets only what is released to it by name or by region")
    unfiltered: bool = Field(default=False, description="gets also what [publisher.syndicates] keeps from the others")
    agreements: tuple[Agreement, ...] = Field(
        default=(),
        validation_alias="agreement",
        description="one, or several that follow each other: a renewal can be written down before it starts",
    )
    destinations: tuple[Destination, ...] = ()
    dialect: Dialect | None = Field(default=None, description="how it wants the RSS of its own feed")
    only_listed: bool = Field(
        default=False, description="takes only what comes from a unit on the source list in force, ours too"
    )

    @field_validator("agreements", mode="before")
    @classmethod
    def _one_or_several(cls, told: object) -> object:
        """`[agreement]` and `[[agreement]]` are both understood."""
        if told is None:
            return ()
        if isinstance(told, dict | Agreement):
            return (told,)
        if not isinstance(told, list | tuple):
            raise ValueError("must be a table: write its terms under [agreement], or several under [[agreement]]")
        return told

    @field_validator("destinations")
    @classmethod
    def _distinct_destinations(cls, destinations: tuple[Destination, ...]) -> tuple[Destination, ...]:
        names = [destination.name for destination in destinations]
        if len(set(names)) != len(names):
            raise ValueError("two destinations have the same name")
        return destinations

    def agreement_at(self, moment: datetime, timezone: str) -> Agreement | None:
        """The agreement that counts then: the one in term by these clocks, else the last that ended, else the next."""
        if len(self.agreements) < 2:
            return self.agreements[0] if self.agreements else None
        return in_force(self.agreements, moment.astimezone(ZoneInfo(timezone)).date())

    def next_begins(self, moment: datetime, timezone: str) -> datetime | None:
        """When the next of their agreements begins after that moment."""
        return min((begins for one in self.agreements if (begins := one.begins(timezone)) > moment), default=None)

    def begun(self, agreement: Agreement) -> date:
        """The first day of the unbroken series of terms that this agreement of theirs carries on."""
        return begun(agreement, self.agreements)

    def is_named_in(self, targets: Collection[str]) -> bool:
        """Whether a release names it, or the region it is in."""
        region = self.region or ""
        return self.id in targets or region in targets or region.partition("-")[0] in targets

    def destination_id(self, destination: Destination) -> str:
        """What the ledger calls a destination: `partner/name`."""
        return f"{self.id}/{destination.name}"
