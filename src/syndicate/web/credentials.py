"""Who may ask, by HTTP? Finds the token in a request, and refuses whoever has none or the wrong one."""

import base64
import binascii

from fastapi import HTTPException, Request

from syndicate.ledger.database import Ledger
from syndicate.web.tokens import recognise

_FEED_CHALLENGE = 'Basic realm="feeds", charset="UTF-8", Bearer realm="feeds"'


def require_writer(request: Request, ledger: Ledger) -> None:
    """Let pass who may write events: a bearer token (RFC 6750 §2.1) with that scope. Else 401, or 403."""
    token = _bearer(request.headers.get("authorization", ""))
    if token is None:
        raise HTTPException(401, "send a bearer token", {"WWW-Authenticate": 'Bearer realm="events"'})
    holder = recognise(ledger, token)
    if holder is None:
        challenge = 'Bearer realm="events", error="invalid_token"'
        raise HTTPException(401, "the token isn't one of ours, or was taken back", {"WWW-Authenticate": challenge})
    if not holder.may("events:write"):
        challenge = 'Bearer realm="events", error="insufficient_scope", scope="events:write"'
        raise HTTPException(403, "the token lacks the scope events:write", {"WWW-Authenticate": challenge})


def require_reader(request: Request, ledger: Ledger, *, partner_id: str) -> None:
    """Let pass this partner's token, as Bearer, as Basic's password, or as `?token=`. Else 401, or 403.

    The answers are the same for partners that don't exist: nobody learns from them who is one.
    """
    header = request.headers.get("authorization", "")
    token = _bearer(header) or _password(header) or request.query_params.get("token")
    holder = recognise(ledger, token) if token else None
    if holder is None:
        said = (
            "the token isn't one of ours, or was taken back" if token else "a partner's feed needs that partner's token"
        )
        raise HTTPException(401, said, {"WWW-Authenticate": _FEED_CHALLENGE})
    if not holder.may("feeds:read", partner_id=partner_id):
        raise HTTPException(403, "the token doesn't open this feed")


def _bearer(header: str) -> str | None:
    scheme, _, token = header.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _password(header: str) -> str | None:
    """The password of Basic credentials (RFC 7617 §2); the user's name may be anything."""
    scheme, _, packed = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(packed.strip()).decode("utf-8", "replace").partition(":")[2]
    except (binascii.Error, ValueError):
        return None
