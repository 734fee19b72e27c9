"""What a person has recorded about a picture's rights, by its address: for every article that carries it."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import model_validator

from syndicate.model.article import Permission, Target
from syndicate.model.record import Line, Moment, Name, Record, Url

Said = Mapping[str, Any]
"""What is on record of one picture: the fields that somebody has said something about, by name."""

PERMISSION = ("obtained", "evidence", "pass_to", "starts", "ends")
FIELDS = ("owner", *PERMISSION, "credit_line", "taken_by")


class PictureRights(Record):
    """One entry: who recorded what about a picture, when and why. Entries are never changed, only followed by others.

    A field that isn't given says nothing, and what was said of it before stays. One that is given and empty (`""`,
    `()`, None for a time) says that there is none: no owner, nobody to pass it on to, no end.
    """

    url: Url
    owner: Line = ""
    obtained: Line = ""
    evidence: Line = ""
    pass_to: tuple[Target, ...] = ()
    starts: Moment | None = None
    ends: Moment | None = None
    credit_line: Line = ""
    taken_by: Line = ""
    by: Name
    reason: Name
    at: Moment

    @model_validator(mode="after")
    def _says_something(self) -> "PictureRights":
        if not self.said:
            raise ValueError(f"says nothing: give at least one of {', '.join(FIELDS)}")
        return self

    @property
    def said(self) -> Said:
        """The fields that this entry says something about."""
        return {name: getattr(self, name) for name in FIELDS if name in self.model_fields_set}

    @property
    def document(self) -> dict[str, Any]:
        """The same as JSON, as the ledger keeps it."""
        return self.model_dump(mode="json", include=set(self.said))


def on_record(entries: Iterable[PictureRights]) -> Said:
    """What counts of a picture's entries, oldest first: of each field, what was said last."""
    said: dict[str, Any] = {}
    for entry in entries:
        said |= entry.said
    return said


def permission_in(said: Said) -> Permission:
    """The permission that is on record. Raises `ValidationError` for one that contradicts itself, or lacks evidence."""
    return Permission.model_validate({name: said[name] for name in PERMISSION if name in said})
