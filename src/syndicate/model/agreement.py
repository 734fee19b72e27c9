"""On which terms may a partner carry our work: what a written agreement can say."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from syndicate.model.article import Region
from syndicate.model.record import FIRST_YEAR, LAST_YEAR, Day, Line, Name, Record, Slug, canonical_json, digest_of
from syndicate.model.selection import Selection

Period = Literal["day", "week", "month", "year"]


class Quota(Record):
    """How many articles a partner may have in a day, a week (from Monday), a month and a year of the publisher's zone.

    An article counts once, when it is first cleared for them; its corrections come whatever is used up.
    """

    per_day: int | None = Field(default=None, ge=1)
    per_week: int | None = Field(default=None, ge=1)
    per_month: int | None = Field(default=None, ge=1)
    per_year: int | None = Field(default=None, ge=1)
    when_used_up: Literal["hold", "refuse"] = Field(
        default="hold", description="hold: what comes then waits for the next day, week, month or year"
    )

    def limits(self) -> Iterator[tuple[Period, int]]:
        """The periods that are bounded, with how many articles each allows."""
        told: tuple[tuple[Period, int | None], ...] = (
            ("day", self.per_day),
            ("week", self.per_week),
            ("month", self.per_month),
            ("year", self.per_year),
        )
        return ((period, allowed) for period, allowed in told if allowed is not None)


class Agreement(Record):
    """The written agreement: without one, nothing leaves. Both dates are included, days in the publisher's zone."""

    number: Name
    parties: tuple[Name, ...] = Field(default=(), max_length=10, description="who has signed it")
    starts: Day
    ends: Day
    at_start: Literal["nothing", "covered"] = Field(
        default="nothing", description="covered: they get also what it covers and was published before it starts"
    )
    scope: Selection = Field(default=Selection(), description="which articles it covers; nothing said means all")
    pictures: Literal["none", "ours", "cleared"] = Field(
        default="none", description="cleared: also others', where the picture's own record says they may have it"
    )
    reprints: Literal["none", "cleared"] = Field(
        default="none", description="cleared: those whose own record says they may have them"
    )
    territory: tuple[Region, ...] = Field(
        default=(), max_length=300, description="where they may publish it; nothing said means everywhere"
    )
    may_edit: bool = Field(default=False, description="whether they may change the text, which else stays as it is")
    may_sublicense: bool = Field(default=False, description="whether they may let others carry it")
    quota: Quota = Field(default=Quota(), description="how much they may have; nothing said means all of it")
    delay_minutes: int = Field(default=0, ge=0, le=60 * 24 * 366, description="counted from first publication")
    delay_business_hours: float = Field(
        default=0, ge=0, le=2000, description="so many hours of work after first publication, as [publisher] has them"
    )
    under_embargo: bool = Field(
        default=False, description="gets embargoed articles at once, and is bound to hold them until their hour"
    )
    after_end: Literal["keep", "remove"] = Field(
        default="keep",
        description="what was sent under it: they keep it until it is corrected or withdrawn, "
        "or it is taken back at the end",
    )
    remove_within_days: int | None = Field(
        default=None, ge=1, le=366, description="how long they have for that, until their page must be gone"
    )
    missing_pictures: Literal["remove", "placeholder"] = Field(
        default="remove", description="what becomes of a picture that may not go along: nothing, or neutral words"
    )
    video: Literal["none", "ours", "cleared"] = Field(default="none", description="as `pictures`, for films")
    licence_text: Line = Field(default="", description="this text must stand under what they carry, word for word")
    wording: Slug | None = Field(
        default=None, description="the variant of the notices' words that this agreement asks for"
    )

    @field_validator("starts", "ends")
    @classmethod
    def _within_the_calendar(cls, day: date) -> date:
        if not FIRST_YEAR <= day.year < LAST_YEAR:
            raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR - 1}")
        return day

    @field_validator("remove_within_days")
    @classmethod
    def _only_where_something_is_removed(cls, days: int | None, info: ValidationInfo) -> int | None:
        if days is not None and info.data.get("after_end") == "keep":
            raise ValueError('goes with after_end = "remove": say so, or leave it out')
        return days

    @property
    def version(self) -> str:
        """Which wording of the terms this is: 12 hex digits that change whenever any term changes."""
        return digest_of(canonical_json(self.model_dump(mode="json", exclude_defaults=True)))[:12]

    def begins(self, timezone: str) -> datetime:
        """The first moment of the term, by the clocks of this zone."""
        return datetime.combine(self.starts, time(), ZoneInfo(timezone))

    def over(self, timezone: str) -> datetime:
        """The moment after the last day of the term, by the clocks of this zone."""
        return datetime.combine(self.ends + timedelta(days=1), time(), ZoneInfo(timezone))


def in_force(agreements: Sequence[Agreement], day: date) -> Agreement | None:
    """The agreement that counts on a day: the one in term, else the last that ended, else the first to start.

    What an agreement wants done at its end is so asked of it until another begins.
    """
    in_order = sorted(agreements, key=lambda one: one.starts)
    begun = [one for one in in_order if one.starts <= day]
    return begun[-1] if begun else next(iter(in_order), None)


def begun(agreement: Agreement, agreements: Sequence[Agreement]) -> date:
    """The first day of the series that an agreement carries on without a day between: a renewal begins nothing."""
    starts = agreement.starts
    for former in sorted(agreements, key=lambda one: one.starts, reverse=True):
        if former.ends + timedelta(days=1) == starts:
            starts = former.starts
    return starts
