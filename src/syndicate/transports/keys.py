"""Which keys prove that it came from us? Those of Standard Webhooks 1.0.0, each a word of base64 with its prefix.

| text | key | signs |
|---|---|---|
| `whsec_`, or no prefix | 24 to 64 random bytes that both sides hold | `v1`, HMAC-SHA256 |
| `whsk_` | the private half of a pair: a 32-byte seed and its 32-byte public key | `v1a`, ed25519 |
| `whpk_` | the public half, 32 bytes: it checks, and can't sign | |

A secret's text holds one key, or several with a space between while one replaces another. It is decoded once, because
signing happens for every delivery.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from syndicate.transports.errors import DestinationMisconfigured
from syndicate.transports.secrets import SecretGetter, secret_text

SYMMETRIC, PRIVATE, PUBLIC = "whsec_", "whsk_", "whpk_"
NEW_KEY_BYTES = 32

Kind = Literal["symmetric", "asymmetric"]


@dataclass(frozen=True)
class SymmetricKey:
    """Random bytes that both sides hold: either could have signed."""

    shared: bytes = field(repr=False)
    kind: ClassVar[Kind] = "symmetric"
    version: ClassVar[str] = "v1"

    @property
    def text(self) -> str:
        """As it is handed on."""
        return _encoded(SYMMETRIC, self.shared)

    def sign(self, message: bytes) -> bytes:
        """The HMAC-SHA256 of the message (RFC 2104)."""
        return hmac.digest(self.shared, message, "sha256")

    def verifies(self, message: bytes, signatures: Iterable[bytes]) -> bool:
        """Whether one of these signatures is right for the message."""
        right = self.sign(message)
        return any(hmac.compare_digest(right, given) for given in signatures)


@dataclass(frozen=True)
class PublicKey:
    """What the partner checks with when only we can sign."""

    public: Ed25519PublicKey
    version: ClassVar[str] = "v1a"

    @property
    def text(self) -> str:
        """As it is handed on."""
        return _encoded(PUBLIC, self.public.public_bytes_raw())

    def verifies(self, message: bytes, signatures: Iterable[bytes]) -> bool:
        """Whether one of these signatures is right for the message."""
        return any(self._verifies(message, given) for given in signatures)

    def _verifies(self, message: bytes, given: bytes) -> bool:
        try:
            self.public.verify(given, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class PrivateKey:
    """What only we hold."""

    private: Ed25519PrivateKey = field(repr=False)
    kind: ClassVar[Kind] = "asymmetric"
    version: ClassVar[str] = "v1a"

    @property
    def text(self) -> str:
        """As it is kept."""
        return _encoded(PRIVATE, self.private.private_bytes_raw() + self.private.public_key().public_bytes_raw())

    @property
    def public_key(self) -> PublicKey:
        """The half that the partner gets."""
        return PublicKey(self.private.public_key())

    def sign(self, message: bytes) -> bytes:
        """The ed25519 signature of the message (RFC 8032, 5.1.6): 64 bytes."""
        return self.private.sign(message)


Key = SymmetricKey | PrivateKey
"""What we sign with."""

VerifyingKey = SymmetricKey | PublicKey
"""What a receiver checks with."""

_AnyKey = TypeVar("_AnyKey")


def new_key(kind: Kind) -> Key:
    """A key that nobody has yet."""
    if kind == "asymmetric":
        return PrivateKey(Ed25519PrivateKey.generate())
    return SymmetricKey(secrets.token_bytes(NEW_KEY_BYTES))


def named_keys(name: str, secret: SecretGetter) -> tuple[Key, ...]:
    """The keys of the secret of this name. Raises DestinationMisconfigured when it isn't set, or isn't a proper one."""
    text = secret_text(name, secret)
    try:
        return keys_of(text)
    except DestinationMisconfigured as error:
        raise DestinationMisconfigured(f"secret {name}: {error.reason}") from None


def keys_of(secret: str) -> tuple[Key, ...]:
    """The keys that a secret's text holds, in its order.

    Raises DestinationMisconfigured with every mistake in it, and shows none of it.
    """
    return _each(secret, _key)


def verifying_keys_of(secret: str) -> tuple[VerifyingKey, ...]:
    """What a receiver checks with, who may have `whpk_` keys too. Raises DestinationMisconfigured as `keys_of` does."""
    return _each(secret, _verifying_key)


def decoded(text: str) -> bytes | None:
    """The bytes that base64 with or without its padding stands for; None when it is no base64 (RFC 4648, 4)."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _each(secret: str, read: Callable[[str], _AnyKey]) -> tuple[_AnyKey, ...]:
    texts = secret.split()
    if not texts:
        raise DestinationMisconfigured("the secret is empty")
    keys: list[_AnyKey] = []
    mistakes: list[str] = []
    for number, text in enumerate(texts, start=1):
        try:
            keys.append(read(text))
        except ValueError as error:
            mistakes.append(f"{f'key {number} of {len(texts)}' if len(texts) > 1 else 'the secret'} {error}")
    if mistakes:
        raise DestinationMisconfigured("; ".join(mistakes))
    return tuple(keys)


def _key(text: str) -> Key:
    if text.startswith(PUBLIC):
        raise ValueError("is a public key (whpk_), which can't sign; put the whsk_ that belongs to it there")
    if text.startswith(PRIVATE):
        return _private_key(_bytes(text, PRIVATE))
    shared = _bytes(text, SYMMETRIC)
    if not 24 <= len(shared) <= 64:
        raise ValueError(f"is {len(shared)} bytes long; Standard Webhooks asks for 24 to 64")
    return SymmetricKey(shared)


def _private_key(seed_and_public: bytes) -> PrivateKey:
    if len(seed_and_public) != 64:
        raise ValueError(f"is {len(seed_and_public)} bytes long; a whsk_ has 64, a seed and its public key of 32 each")
    key = PrivateKey(Ed25519PrivateKey.from_private_bytes(seed_and_public[:32]))
    if key.private.public_key().public_bytes_raw() != seed_and_public[32:]:
        raise ValueError("is a whsk_ whose second half is not the public key that belongs to its first")
    return key


def _verifying_key(text: str) -> VerifyingKey:
    if not text.startswith(PUBLIC):
        key = _key(text)
        return key.public_key if isinstance(key, PrivateKey) else key
    public = _bytes(text, PUBLIC)
    if len(public) != 32:
        raise ValueError(f"is {len(public)} bytes long; a whpk_ has 32")
    return PublicKey(Ed25519PublicKey.from_public_bytes(public))


def _bytes(text: str, prefix: str) -> bytes:
    found = decoded(text.removeprefix(prefix))
    if found is None:
        raise ValueError(f"is not {prefix} followed by base64")
    return found


def _encoded(prefix: str, content: bytes) -> str:
    return prefix + base64.b64encode(content).decode()
