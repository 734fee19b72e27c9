"""How does the partner know that it came from us? Standard Webhooks 1.0.0, symmetric signatures (v1).

A secret is base64 of 24 to 64 random bytes, with or without `whsec_`. While one secret replaces another, both stand
in the same text with a space between; we then sign with each, and a receiver may check with either.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

from syndicate.transports.errors import DestinationMisconfigured

TOLERANCE_S = 5 * 60
"""How far the sender's clock may be off, either way."""


def sign(*, id: str, at: datetime, body: bytes, secret: str) -> str:
    """The `webhook-signature` of a message: `v1,` and base64 of HMAC-SHA256, once for each secret.

    Raises DestinationMisconfigured when a secret is not a proper one, and ValueError for an id with a full stop.
    """
    if "." in id:
        raise ValueError("a message's id must not contain a full stop: it separates the signed parts")
    signed = signed_content(id=id, timestamp=str(timestamp(at)), body=body)
    return " ".join("v1," + base64.b64encode(_mac(key, signed)).decode() for key in _keys(secret))


def verify(*, id: str, timestamp: str, signature: str, body: bytes, secret: str, now: datetime) -> bool:
    """Whether a received message is genuine and fresh; the three texts are the headers as they came.

    Signatures of unknown versions are passed over. Raises DestinationMisconfigured when our own secret is not proper.
    """
    keys = _keys(secret)
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_S:
        return False
    signed = signed_content(id=id, timestamp=timestamp, body=body)
    given = [_decoded(part.removeprefix("v1,")) for part in signature.split(" ") if part.startswith("v1,")]
    return any(hmac.compare_digest(_mac(key, signed), mac) for key in keys for mac in given if mac)


def timestamp(at: datetime) -> int:
    """The `webhook-timestamp`: whole seconds since 1970."""
    return int(at.timestamp())


def signed_content(*, id: str, timestamp: str, body: bytes) -> bytes:
    """What the signature covers: id, timestamp and the raw body, with full stops between."""
    return f"{id}.{timestamp}.".encode() + body


def _mac(key: bytes, signed: bytes) -> bytes:
    return hmac.new(key, signed, hashlib.sha256).digest()


def _keys(secret: str) -> list[bytes]:
    keys = [_key(part) for part in secret.split()]
    if not keys:
        raise DestinationMisconfigured("the secret is empty")
    return keys


def _key(text: str) -> bytes:
    key = _decoded(text.removeprefix("whsec_"))
    if key is None:
        raise DestinationMisconfigured("the secret is not base64, with or without whsec_ before it")
    if not 24 <= len(key) <= 64:
        raise DestinationMisconfigured(f"the secret is {len(key)} bytes long; Standard Webhooks asks for 24 to 64")
    return key


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
