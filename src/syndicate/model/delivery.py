"""The duty to bring one revision to one destination, or to take it back; and what came of each try."""

import base64
import hashlib
from datetime import datetime
from typing import Literal, NamedTuple

from syndicate.model.clearance import PictureVerdict
from syndicate.model.record import Record

Action = Literal["publish", "update", "withdraw"]
State = Literal["waiting", "sending", "delivered", "failed", "cancelled"]
OutcomeKind = Literal["delivered", "unavailable", "refused", "misconfigured", "ended", "lost", "bug", "unsent"]

LONGEST_RETRY_AFTER_S = 24 * 3600.0  # what a partner may ask for with Retry-After


def delivery_id(*, destination: str, article: str, revision: int, edition: int, action: Action) -> str:
    """The delivery's name, derived from what it is, so that planning twice is harmless.

    It is the idempotency key the partner sees as `webhook-id`: 26 lower-case base32 characters after `d_`.
    """
    named = "\x1f".join([destination, article, str(revision), str(edition), action])
    return "d_" + base64.b32encode(hashlib.sha256(named.encode()).digest()[:16]).decode().rstrip("=").lower()


class Manifest(Record):
    """What a delivery carries: pictures passed and dropped, the words that stand on it, and under which terms.

    `licence` is what is said of its use, in words; beside it which version of our licence, and where it is read.
    """

    agreement: str = ""
    terms: str = ""
    pictures: tuple[PictureVerdict, ...] = ()
    notices: tuple[str, ...] = ()
    licence: str = ""
    licence_id: str = ""
    licence_version: str = ""
    licence_url: str = ""
    policy_url: str = ""


class Receipt(NamedTuple):
    """What the partner called its copy; needed to update it and to take it back."""

    remote_id: str = ""
    remote_url: str = ""


class Outcome(NamedTuple):
    """What came of one try. After `lost` (the worker died before it could say) the partner may have it.

    `unsent` is no try: not a byte has left, because it was no longer wanted, or we were told to stop. `timed_out` tells
    a partner that is slow from one that says no.
    """

    kind: OutcomeKind
    reason: str
    status: int | None = None
    retry_after_s: float | None = None
    timed_out: bool = False
    answer: str = ""
    receipt: Receipt | None = None


class Parcel(NamedTuple):
    """What a transport is handed: one delivery, ready to send. `at` is when this try begins.

    `receipt` is what the partner called the copy it has, if it said.
    """

    delivery_id: str
    destination_id: str
    action: Action
    media_type: str
    body: bytes
    at: datetime
    receipt: Receipt | None = None
