"""Who may ask, by HTTP? Who asks again gets nothing twice: validators and content codings, as RFC 9110 has them."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.datastructures import Headers

_TAG = re.compile(r'(?:W/)?("[^"]*")')


def http_date(moment: datetime) -> str:
    """A moment in whole seconds as headers write it (RFC 9110 §5.6.7)."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def unchanged(headers: Headers, *, etag: str, modified: datetime | None) -> bool:
    """Whether the asker has this already (RFC 9110 §13.2.2): If-None-Match, when there is one, decides alone."""
    asked = headers.getlist("if-none-match")
    if asked:
        tags = ", ".join(asked)
        return tags.strip() == "*" or etag in _TAG.findall(tags)  # compared weakly, W/ or not (§13.1.2)
    since = _moment(headers.get("if-modified-since", ""))
    return modified is not None and since is not None and modified <= since


def wants_gzip(headers: Headers) -> bool:
    """Whether gzip may be sent and nothing speaks for sending the bytes as they are (RFC 9110 §12.5.3)."""
    weights = dict(_weighted(part) for part in ",".join(headers.getlist("accept-encoding")).split(","))
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def _weighted(part: str) -> tuple[str, float]:
    coding, _, parameter = part.partition(";")
    name, _, weight = parameter.partition("=")
    return coding.strip().lower(), _number(weight) if name.strip().lower() == "q" else 1.0


def _number(weight: str) -> float:
    """A weight of 0 to 1; what can't be read counts as 0: the plain bytes are always understood."""
    return float(weight) if re.fullmatch(r"\s*(0(\.\d{0,3})?|1(\.0{0,3})?)\s*", weight, re.ASCII) else 0.0


def _moment(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
