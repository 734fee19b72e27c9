"""How does the partner know that it came from us? Signatures by Standard Webhooks 1.0.0; their keys are in `keys.py`.

While one key replaces another we sign with each, and a receiver may check with either.
"""

from binascii import b2a_base64
from collections.abc import Sequence
from datetime import datetime

from syndicate.transports.keys import Key, VerifyingKey, decoded

TOLERANCE_S = 5 * 60
"""How far the sender's clock may be off, either way."""


def sign(*, id: str, at: datetime, body: bytes, keys: Sequence[Key]) -> str:
    """The `webhook-signature` of a message: for each key, in order, `version,base64`, with spaces between.

    Raises ValueError for an id with a full stop.
    """
    if "." in id:
        raise ValueError("a message's id must not contain a full stop: it separates the signed parts")
    message = signed_content(id=id, timestamp=str(timestamp(at)), body=body)
    return " ".join([f"{key.version},{b2a_base64(key.sign(message), newline=False).decode()}" for key in keys])


def verify(
    *, id: str, timestamp: str, signature: str, body: bytes, keys: Sequence[VerifyingKey], now: datetime
) -> bool:
    """Whether a received message is genuine and fresh; the three texts are the headers as they came.

    One right signature is enough; those of unknown versions are passed over.
    """
    if not id or not id.isascii() or "." in id:
        return False
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_S:
        return False
    message = signed_content(id=id, timestamp=timestamp, body=body)
    return any(key.verifies(message, _signatures(signature, key.version)) for key in keys)


def timestamp(at: datetime) -> int:
    """The `webhook-timestamp`: whole seconds since 1970."""
    return int(at.timestamp())


def signed_content(*, id: str, timestamp: str, body: bytes) -> bytes:
    """What the signature covers: id, timestamp and the raw body, with full stops between."""
    return f"{id}.{timestamp}.".encode() + body


def _signatures(header: str, version: str) -> list[bytes]:
    """The signatures of one version; what is no base64 is none."""
    parts = [part.partition(",") for part in header.split()]
    return [given for name, _, text in parts if name == version and (given := decoded(text))]
