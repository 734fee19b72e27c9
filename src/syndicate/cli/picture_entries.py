"""Who may ask, by shell? What was written about pictures' rights, as options or as a file's columns, as entries."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from syndicate.cli.why import partner_id
from syndicate.model.feed import Directory
from syndicate.model.picture_rights import PictureRights
from syndicate.model.problem import Invalid, Problem, problems_of
from syndicate.pipeline.newsroom import Newsroom

NOTHING = "-"  # what is written to say that there is none any more
WORDS = ("owner", "obtained", "evidence", "credit", "taken_by")
COLUMNS = ("url", *WORDS, "pass_to", "starts", "ends", "by", "reason")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_BETWEEN = re.compile("[,;\\s\u3001\uff0c\uff1b]+")


def entry(told: Mapping[str, str], *, newsroom: Newsroom, now: datetime) -> PictureRights:
    """An entry from words by column; what is empty says nothing, and `-` says that there is none.

    Raises `Invalid` with every mistake, by column.
    """
    said = {name: text.strip() for name, text in told.items() if text.strip()}
    problems: list[Problem] = []
    fields: dict[str, Any] = {name: said[name] for name in ("url", "by", "reason") if name in said}
    fields |= {_field(name): "" if said[name] == NOTHING else said[name] for name in WORDS if name in said}
    if "pass_to" in said:
        fields["pass_to"] = tuple(_targets(said["pass_to"], newsroom.directory, problems))
    for name in ("starts", "ends"):
        if name in said:
            fields[name] = _moment(name, said[name], newsroom.publisher.timezone, now, problems)
    try:
        made = PictureRights.model_validate({**fields, "at": now})
    except ValidationError as error:
        problems += [one.model_copy(update={"field": _column(one.field)}) for one in problems_of(error)]
    if problems:
        raise Invalid(problems)
    return made


def _field(column: str) -> str:
    return "credit_line" if column == "credit" else column


def _column(field: str) -> str:
    """The column that a field of the model was read from."""
    first = field.partition(".")[0]
    return "credit" if first == "credit_line" else first


def _targets(text: str, directory: Directory, problems: list[Problem]) -> Iterator[str]:
    """Partners by id or name, and regions; nobody for `-`."""
    for named in [] if text == NOTHING else filter(None, _BETWEEN.split(text)):
        found = partner_id(directory, named)
        if directory.partner(found) is None and not _REGION.fullmatch(named):
            known = ", ".join(partner.id for partner in directory.partners) or "none yet"
            message = f"there is no partner {named!r}, nor is it a region such as CN-HB; there is: {known}"
            problems.append(Problem(field="pass_to", message=message))
            continue
        yield found


def _moment(name: str, text: str, timezone: str, now: datetime, problems: list[Problem]) -> datetime | None:
    """`now`, a day, a time by the publisher's clocks, or one with an offset. A right's last day is whole."""
    if text in (NOTHING, "now"):
        return now if text == "now" else None
    zone = ZoneInfo(timezone)
    try:
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text) + timedelta(days=name == "ends")
            return datetime.combine(day, time(), zone)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        message = "must be a day (2026-12-31), a time (2026-12-31 18:00), with an offset or without, or now"
        problems.append(Problem(field=name, message=message))
        return None
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
