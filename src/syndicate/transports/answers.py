"""What does a partner's answer mean? One table, and what is kept of what they said."""

import codecs
import json
import unicodedata
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from urllib.parse import parse_qsl, urlsplit

from syndicate.model.delivery import LONGEST_RETRY_AFTER_S, Action, Outcome, OutcomeKind, Parcel, Receipt
from syndicate.transports.http import Answer

ANSWERS: dict[str, tuple[OutcomeKind, str]] = {
    "withdraw 404": ("delivered", "the partner no longer has it"),
    "withdraw 410": ("delivered", "the partner no longer has it"),
    "2xx": ("delivered", "accepted"),
    "3xx": ("misconfigured", "redirects are not followed"),
    "401": ("misconfigured", "the partner did not accept our signature"),
    "403": ("misconfigured", "the partner does not let us post there"),
    "404": ("misconfigured", "the partner has nothing at this address"),
    "405": ("misconfigured", "the partner takes no POST at this address"),
    "407": ("misconfigured", "a proxy on the way asks who we are"),
    "408": ("unavailable", "the partner did not wait for our request"),
    "410": ("ended", "the partner ended this destination"),
    "425": ("unavailable", "the partner asks us to come again later"),
    "429": ("unavailable", "the partner asks us to slow down"),
    "4xx": ("refused", "the partner does not take this delivery"),
    "5xx": ("unavailable", "the partner has a fault"),
    "other": ("unavailable", "the partner's answer is not one that ends a request"),
}
"""What an answer means, and in which words. The most particular row counts: `action status`, `status`, its class.

A withdrawal reaches its aim where nothing is there any more. `refused` ends this delivery, `misconfigured` waits for a
person, `unavailable` is tried again, after Retry-After if the partner named one, `ended` pauses the destination.
"""

_EXCERPT_CHARACTERS = 500
_LONGEST_NAME = 2_000


def meaning(answer: Answer, *, parcel: Parcel, url: str) -> Outcome:
    """What an answer to this parcel means, by the table ANSWERS."""
    kind, reason = _row(answer.status, parcel.action)
    told = excerpt(answer, hide=url)
    if kind == "delivered":
        return Outcome(kind, reason, answer.status, answer=told, receipt=receipt(answer.body))
    received = parcel.at + timedelta(seconds=answer.duration_s)
    return Outcome(
        kind=kind,
        reason=f"{reason}{_elsewhere(answer)}",
        status=answer.status,
        retry_after_s=retry_after_s(answer.headers.get("retry-after"), now=received) if kind == "unavailable" else None,
        answer=told,
    )


@cache
def _row(status: int, action: Action) -> tuple[OutcomeKind, str]:
    keys = (f"{action} {status}", str(status), f"{status // 100}xx", "other")
    kind, words = next(ANSWERS[key] for key in keys if key in ANSWERS)
    return kind, f"{words} ({status})"


def _elsewhere(answer: Answer) -> str:
    if answer.status // 100 != 3 or "location" not in answer.headers:
        return ""
    try:
        host = urlsplit(answer.headers["location"]).hostname
    except ValueError:
        host = None
    return f": it points to {plain(host)[:253] if host else 'the same host'}; put the final address into url"


def retry_after_s(text: str | None, *, now: datetime) -> float | None:
    """Retry-After (RFC 9110, 10.2.3) in seconds from `now`, 0 to a day; None when there is none, or garbage."""
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_RETRY_AFTER_S)
    try:
        then = parsedate_to_datetime(text)
        wait = (then if then.tzinfo else then.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait.total_seconds(), 0.0), LONGEST_RETRY_AFTER_S)


def receipt(body: bytes) -> Receipt | None:
    """What the partner calls its copy, if it answered with a JSON object that has a usable `id` or `url`."""
    if not body.lstrip().startswith(b"{"):
        return None
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    remote_id, remote_url = _usable(told.get("id")), _usable(told.get("url"))
    if not remote_url.lower().startswith(("https://", "http://")):
        remote_url = ""  # it may become a link on the ops page
    return Receipt(remote_id=remote_id, remote_url=remote_url) if remote_id or remote_url else None


def _usable(value: object) -> str:
    """A text that is short and clean enough to keep; a shortened name would be another name."""
    return value if isinstance(value, str) and len(value) <= _LONGEST_NAME and plain(value) == value else ""


def excerpt(answer: Answer, *, hide: str) -> str:
    """The first 500 characters of an answer on one line, without what stands in the query string of the url `hide`."""
    if not answer.body:
        return ""
    start = answer.body[: 8 * _EXCERPT_CHARACTERS]
    try:
        text = plain(_utf_8(start))
    except UnicodeDecodeError:
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            return "(compressed, not read)"
        text = plain(start.decode("gb18030", errors="replace"))  # which Chinese partners still send
    for hidden in _secretive(hide):
        text = text.replace(hidden, "…")
    return text[:_EXCERPT_CHARACTERS]


@lru_cache(maxsize=4096)
def _secretive(url: str) -> tuple[str, ...]:
    """What in a url may be a secret: its query string, and the values in it."""
    query = urlsplit(url).query
    return tuple(hidden for hidden in (query, *(value for _, value in parse_qsl(query))) if len(hidden) > 3)


def _utf_8(body: bytes) -> str:
    """As text, also when it is cut within a character."""
    return codecs.getincrementaldecoder("utf-8")().decode(body)


def plain(text: str) -> str:
    """Without control, format and surrogate characters; every run of blanks one space."""
    spaced = " ".join(text.split())
    if spaced.isprintable():  # nothing of the kind is in it, which is told much faster
        return spaced
    return "".join(character for character in spaced if not unicodedata.category(character).startswith("C"))
