"""The common form of everything in this room: frozen, closed to unknown fields, checked on the way in."""

import hashlib
import json
import re
from datetime import UTC, date, datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints

FIRST_YEAR, LAST_YEAR = 1900, 2199
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_RFC_3339 = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}")


class Record(BaseModel):
    """Frozen data; a field nobody declared is an error, so that a typing mistake is never silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _single_line(text: str) -> str:
    if any(ord(character) < 32 for character in text):
        raise ValueError("must be a single line without control characters")
    return text


def _absolute_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        _ = parts.port  # a port out of range is only noticed when asked for
    except ValueError as error:
        raise ValueError(f"is not a URL: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an absolute http or https URL")
    if any(character.isspace() or ord(character) < 32 for character in text):
        raise ValueError("must not contain spaces or control characters")
    if parts.username or parts.password:
        raise ValueError("must not contain a user name or password")
    return text


def _rfc_3339(said: object) -> object:
    # pydantic would take a number, or a string of digits, for seconds since 1970
    if isinstance(said, datetime) or (isinstance(said, str) and _RFC_3339.match(said)):
        return said
    raise ValueError("must be an RFC 3339 time with an offset, such as 2026-01-31T09:00:00+08:00")


def _written_date(said: object) -> date:
    # pydantic would take a number for seconds since 1970, and a time for the day it falls on
    if isinstance(said, date) and not isinstance(said, datetime):
        return said
    if not isinstance(said, str) or not _DATE.fullmatch(said):
        raise ValueError("must be a date, written as 2026-01-31, without an hour")
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise ValueError(f"{said} is not in the calendar: write a day that there is, as 2026-01-31") from None


def _in_utc(moment: datetime) -> datetime:
    # far from both ends of Python's calendar, so that a second more or a zone's hours can always be added
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return moment.astimezone(UTC)


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_single_line)]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_single_line)
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Url = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_absolute_url)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc), BeforeValidator(_rfc_3339)]

Day = Annotated[date, BeforeValidator(_written_date)]


def canonical_json(value: object) -> bytes:
    """The one spelling of a JSON value: sorted keys, no spaces, UTF-8. Equal values give equal bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def digest_of(content: bytes) -> str:
    """SHA-256 of some bytes as 64 hex digits."""
    return hashlib.sha256(content).hexdigest()
