"""The duty to bring one revision to one destination, or to take it back; and what came of each try."""

import base64
import hashlib
from typing import Literal

from syndicate.model.clearance import PictureVerdict
from syndicate.model.record import Moment, Record

Action = Literal["publish", "update", "withdraw"]
State = Literal["waiting", "sending", "delivered", "failed", "cancelled"]
OutcomeKind = Literal["delivered", "unavailable", "refused", "misconfigured", "lost", "bug"]


def delivery_id(*, destination: str, article: str, revision: int, edition: int, action: Action) -> str:
    """The delivery's name, derived from what it is, so that planning twice is harmless.

    It is the idempotency key the partner sees as `webhook-id`: 26 lower-case base32 characters after `d_`.
    """
    named = "\x1f".join([destination, article, str(revision), str(edition), action])
    return "d_" + base64.b32encode(hashlib.sha256(named.encode()).digest()[:16]).decode().rstrip("=").lower()


class Manifest(Record):
    """What a delivery carries: pictures passed and dropped, the words that stand on it, and under which terms."""

    agreement: str = ""
    terms: str = ""
    pictures: tuple[PictureVerdict, ...] = ()
    notices: tuple[str, ...] = ()
    licence: str = ""


class Receipt(Record):
    """What the partner called its copy; needed to update it and to take it back."""

    remote_id: str = ""
    remote_url: str = ""


class Outcome(Record):
    """What came of one try. `lost` means that the worker died before it could say; the partner may have it."""

    kind: OutcomeKind
    reason: str
    status: int | None = None
    retry_after_s: float | None = None
    answer: str = ""
    receipt: Receipt | None = None


class Parcel(Record):
    """What a transport is handed: one delivery, ready to send. `at` is when this try begins."""

    delivery_id: str
    action: Action
    media_type: str
    body: bytes
    at: Moment
