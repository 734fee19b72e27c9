"""Which units' news may be reprinted: the regulator's dated list (互联网新闻信息稿源单位名单), by edition."""

import unicodedata
from datetime import date

from pydantic import Field, field_validator

from syndicate.model.record import FIRST_YEAR, LAST_YEAR, Day, Line, Name, Record


class Unit(Record):
    """A unit as the list names it. `further` is what stands beside it, such as its level and province."""

    name: Name
    further: tuple[Line, ...] = ()

    @property
    def folded(self) -> str:
        """Its name as names are compared."""
        return folded(self.name)


class Edition(Record):
    """One edition of the list, whole. `starts` is the first day that it counts, by the publisher's clocks."""

    name: Name
    starts: Day
    units: tuple[Unit, ...] = Field(min_length=1)

    @field_validator("starts")
    @classmethod
    def _within_the_calendar(cls, starts: date) -> date:
        if not FIRST_YEAR < starts.year < LAST_YEAR:
            raise ValueError(f"must lie between the years {FIRST_YEAR + 1} and {LAST_YEAR - 1}")
        return starts


class Listing(Record):
    """The edition in force, as far as it was asked about: `listed` are those of the names, folded, that are on it."""

    edition: Name
    starts: date
    listed: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Whether a unit of this very name is on it."""
        return folded(name) in self.listed


def folded(name: str) -> str:
    """A name as names are compared: widths made one (NFKC), trimmed, without characters that nobody sees.

    Nothing else is made equal: 湖北日报 is not 湖北日报网, and no part of a name stands for the whole.
    """
    plain = unicodedata.normalize("NFKC", name)
    return "".join(character for character in plain if unicodedata.category(character) != "Cf").strip()
