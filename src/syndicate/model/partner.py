"""Who may carry our work, on which terms, and where it receives."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from syndicate.model.article import Region
from syndicate.model.record import Line, Name, Record, Slug, Url, canonical_json, digest_of
from syndicate.model.selection import Selection


class Agreement(Record):
    """The written agreement: without one, nothing leaves. Both dates are included, days in the publisher's zone."""

    number: Name
    starts: date
    ends: date
    scope: Selection = Field(default=Selection(), description="which articles it covers; nothing said means all")
    pictures: Literal["none", "ours", "cleared"] = Field(
        default="none", description="cleared: also others', where the picture's own record says they may have it"
    )
    reprints: Literal["none", "cleared"] = Field(
        default="none", description="cleared: those whose own record says they may have them"
    )
    delay_minutes: int = Field(default=0, ge=0, le=60 * 24 * 366, description="counted from first publication")
    under_embargo: bool = Field(
        default=False, description="gets embargoed articles at once, and is bound to hold them until their hour"
    )

    after_end: Literal["keep", "remove"] = Field(
        default="keep",
        description="what was sent under it: they keep it until it is corrected or withdrawn, "
        "or it is taken back at the end",
    )
    licence_text: Line = Field(default="", description="this text must stand under what they carry, word for word")
    wording: Slug | None = Field(
        default=None, description="the variant of the notices' words that this agreement asks for"
    )

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> "Agreement":
        if self.ends < self.starts:
            raise ValueError(f"ends {self.ends} before it starts {self.starts}")
        return self

    @property
    def version(self) -> str:
        """Which wording of the terms this is: 12 hex digits that change whenever any term changes."""
        return digest_of(canonical_json(self.model_dump(mode="json", exclude_defaults=True)))[:12]

    def over(self, timezone: str) -> datetime:
        """The moment after the last day of the term, by the clocks of this zone."""
        return datetime.combine(self.ends + timedelta(days=1), time(), ZoneInfo(timezone))


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
    agreement: Agreement | None = None
    destinations: tuple[Destination, ...] = ()

    @model_validator(mode="after")
    def _distinct_destinations(self) -> "Partner":
        names = [destination.name for destination in self.destinations]
        if len(set(names)) != len(names):
            raise ValueError("two destinations have the same name")
        return self

    def is_named_in(self, targets: Collection[str]) -> bool:
        """Whether a release names it, or the region it is in."""
        region = self.region or ""
        return self.id in targets or region in targets or region.partition("-")[0] in targets

    def destination_id(self, destination: Destination) -> str:
        """What the ledger calls a destination: `partner/name`."""
        return f"{self.id}/{destination.name}"
