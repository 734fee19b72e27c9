"""Who may ask, by HTTP? Whoever holds a token that we issued: shown once, kept as a hash, good for named scopes."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.ledger import tokens
from syndicate.ledger.database import Ledger
from syndicate.model.problem import Invalid, Problem

SCOPES = ("events:write", "feeds:read")

_FORM = re.compile(r"sy_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_NOBODY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Holder:
    """Whose token it is, and what it is good for."""

    name: str
    scopes: frozenset[str]
    partner_id: str | None

    def may(self, scope: str, *, partner_id: str | None = None) -> bool:
        """Whether the token has the scope, and is this partner's when one is named."""
        return scope in self.scopes and partner_id in (None, self.partner_id)


def issue(ledger: Ledger, *, name: str, scopes: Sequence[str], partner_id: str | None, now: datetime) -> str:
    """Make a token, `sy_<16 hex digits>_<43 characters>`, and return it: it can't be shown again.

    Raises `Invalid` for a scope nobody knows, for none at all, and for `feeds:read` without a partner.
    """
    problems = [
        Problem(field="scopes", message=f"{scope!r} is not a scope; there are {', '.join(SCOPES)}")
        for scope in scopes
        if scope not in SCOPES
    ]
    if not scopes:
        problems.append(Problem(field="scopes", message=f"name at least one of {', '.join(SCOPES)}"))
    if "feeds:read" in scopes and not partner_id:
        problems.append(Problem(field="partner_id", message="is required: feeds:read opens one partner's feed"))
    if problems:
        raise Invalid(problems)
    token_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    with ledger.write() as connection:
        tokens.add(
            connection,
            token_id=token_id,
            name=name,
            secret_sha256=_hash(secret),
            scopes=sorted(set(scopes)),
            partner_id=partner_id or None,
            now=now,
        )
    return f"sy_{token_id}_{secret}"


def recognise(ledger: Ledger, token: str) -> Holder | None:
    """Who holds this token; None when it isn't one of ours, or was taken back."""
    form = _FORM.fullmatch(token)
    if form is None:
        return None
    with ledger.read() as connection:
        row = tokens.find(connection, form[1])
    # Compared also when there is no such id: how long we take must not tell which ids exist.
    same = hmac.compare_digest(row.secret_sha256 if row else _NOBODY, _hash(form[2]))
    if row is None or not same or row.revoked_at is not None:
        return None
    return Holder(name=row.name, scopes=frozenset(row.scopes), partner_id=row.partner_id)


def token_id(ledger: Ledger, token: str, *, scope: str, partner_id: str) -> str | None:
    """The id of a token that has this scope and is this partner's; None for any other."""
    holder = recognise(ledger, token)
    form = _FORM.fullmatch(token)
    return form[1] if form and holder and holder.may(scope, partner_id=partner_id) else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
