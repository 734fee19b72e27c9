"""How is a stranger's secret kept? Encrypted under a key of ours, which is kept as every secret is: in a file.

Subscribers send their secrets by HTTP; they go to the ledger, where workers on any machine find them, and can be read
only by who has the secret `websub` as well. Its text may hold several keys, as while one is replaced: the first seals.
"""

import base64
import hashlib
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from syndicate.transports.errors import DestinationMisconfigured

KEY_NAME = "websub"


def seal(told: Mapping[str, str], *, key: str) -> str:
    """These texts, so that only who has the key can read them."""
    return _box(key).encrypt(json.dumps(dict(told)).encode()).decode()


def unseal(sealed: str, *, key: str) -> dict[str, str]:
    """The texts again. Raises DestinationMisconfigured when they were sealed with a key that is gone."""
    try:
        told: dict[str, str] = json.loads(_box(key).decrypt(sealed.encode()))
    except InvalidToken:
        reason = (
            f"what the subscriber has told can't be read: secret {KEY_NAME} is another now; put the old key behind it"
        )
        raise DestinationMisconfigured(reason) from None
    return told


def _box(key: str) -> MultiFernet:
    keys = [hashlib.sha256(f"websub seal {text}".encode()).digest() for text in key.split()]
    if not keys:
        raise DestinationMisconfigured(f"secret {KEY_NAME} is empty")
    return MultiFernet([Fernet(base64.urlsafe_b64encode(one)) for one in keys])
