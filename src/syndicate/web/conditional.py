"""Who may ask, by HTTP? Who asks again gets nothing twice: validators and content codings, as RFC 9110 has them."""

import gzip
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.datastructures import Headers
from zstandard import ZstdCompressor

CODINGS = ("zstd", "gzip")
DIGITS = 32  # of a document's digest, that its ETag begins with
_DIGEST = re.compile(rf'"([0-9a-f]{{{DIGITS}}})(?:-(?:{"|".join(CODINGS)}))?"')
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


def digests(headers: Headers) -> list[str]:
    """The digests that the asker's validators begin with, as our ETags have them, whatever the coding was."""
    return _DIGEST.findall(", ".join(headers.getlist("if-none-match")))


def wants_delta(headers: Headers) -> bool:
    """Whether only what has changed may be sent, as a feed (RFC 3229 §10.5.3, `A-IM: feed`)."""
    return _weights(headers, "a-im").get("feed", 0.0) > 0


def preferred(headers: Headers, codings: Sequence[str]) -> str:
    """The first of these content codings that the asker likes best, not less than the bytes as they are; else empty."""
    weights = _weights(headers, "accept-encoding")
    plain = weights.get("identity", 0.0)
    liked = {name: max(weights.get(name, weights.get("*", 0.0)), weights.get(f"x-{name}", 0.0)) for name in codings}
    best = max(codings, key=lambda name: liked[name], default="")
    return best if best and liked[best] > 0 and liked[best] >= plain else ""


def compressed(content: bytes, coding: str) -> bytes:
    """Some bytes in one of CODINGS, or as they are: for what is made for one answer."""
    if coding == "zstd":
        return ZstdCompressor().compress(content)
    return gzip.compress(content, mtime=0) if coding == "gzip" else content


def _weights(headers: Headers, name: str) -> dict[str, float]:
    return dict(_weighted(part) for part in ",".join(headers.getlist(name)).split(","))


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
