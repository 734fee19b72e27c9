"""Who may ask, by HTTP? Whoever holds a token that we issued: shown once, kept as a hash, good for named scopes."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from syndicate.ledger import tokens
from syndicate.ledger.database import Ledger
from syndicate.model.problem import Invalid, Problem, invalid

SCOPES = ("events:write", "feeds:read")
LONGEST_OVERLAP = timedelta(days=90)

_FORM = re.compile(r"sy_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_NOBODY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Holder:
    """Whose token it is, and what it is good for."""

    id: str
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
    with ledger.write() as connection:
        return _made(connection, name, scopes, partner_id, now=now)


def rotate(ledger: Ledger, token_id: str, *, overlap: timedelta, now: datetime) -> str:
    """Put a new token in the place of one, which opens the same until the overlap is over; return the new one.

    Raises `Invalid` when there is none, or when it opens nothing any more or is being replaced already.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise invalid("overlap", f"must be between 0 and {LONGEST_OVERLAP.days} days")
    with ledger.write() as connection:
        row: Any = tokens.find(connection, token_id)
        if row is None:
            raise invalid("token", f"there is no token {token_id!r}; ids are the first column of: syndicate token list")
        if row.revoked_at is not None:
            raise invalid("token", f"{token_id} was taken back: make a new one with syndicate token create")
        if row.ends_at is not None:
            raise invalid("token", f"{token_id} has been replaced by {row.successor} already: rotate that one")
        token = _made(connection, row.name, row.scopes, row.partner_id, now=now)
        tokens.succeed(connection, token_id, successor=id_of(token), ends_at=now + overlap)
    return token


def id_of(token: str) -> str:
    """The part of a token that is no secret: by it the ledger knows it."""
    return token.split("_")[1]


def recognise(ledger: Ledger, token: str, *, now: datetime) -> Holder | None:
    """Who holds this token; None when it isn't one of ours, was taken back, or has ended."""
    form = _FORM.fullmatch(token)
    if form is None:
        return None
    with ledger.read() as connection:
        row: Any = tokens.find(connection, form[1])
    # Compared also when there is no such id: how long we take must not tell which ids exist.
    same = hmac.compare_digest(row.secret_sha256 if row else _NOBODY, _hash(form[2]))
    if row is None or not same or row.revoked_at is not None or (row.ends_at is not None and row.ends_at <= now):
        return None
    return Holder(id=row.id, name=row.name, scopes=frozenset(row.scopes), partner_id=row.partner_id)


def _made(connection: Connection, name: str, scopes: Sequence[str], partner_id: str | None, *, now: datetime) -> str:
    token_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
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


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
