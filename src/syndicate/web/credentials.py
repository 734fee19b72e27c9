"""Who may ask, by HTTP? Finds the token in a request, and refuses whoever has none or the wrong one."""

import base64
import binascii
from datetime import datetime

from fastapi import HTTPException, Request

from syndicate.assemble import System
from syndicate.ledger.database import Ledger
from syndicate.web.limits import Limits
from syndicate.web.tokens import Holder, recognise

_FEED_CHALLENGE = 'Basic realm="feeds", charset="UTF-8", Bearer realm="feeds"'
_POLICY_WANTS = "an agreement's policy needs that partner's token"


def require_writer(request: Request, ledger: Ledger) -> None:
    """Let pass who may write events: a bearer token (RFC 6750 §2.1) with that scope. Else 401, or 403."""
    token = _bearer(request.headers.get("authorization", ""))
    if token is None:
        raise HTTPException(401, "send a bearer token", {"WWW-Authenticate": 'Bearer realm="events"'})
    holder = recognise(ledger, token, now=_now(request))
    if holder is None:
        challenge = 'Bearer realm="events", error="invalid_token"'
        raise HTTPException(401, "the token isn't ours, was taken back, or has ended", {"WWW-Authenticate": challenge})
    if not holder.may("events:write"):
        challenge = 'Bearer realm="events", error="insufficient_scope", scope="events:write"'
        raise HTTPException(403, "the token lacks the scope events:write", {"WWW-Authenticate": challenge})


def require_reader(request: Request, ledger: Ledger, *, partner_id: str) -> None:
    """Let pass this partner's token, as Bearer, as Basic's password, or as `?token=`. Else 401, or 403.

    The answers are the same for partners that don't exist: nobody learns from them who is one.
    """
    holder = _holder(request, ledger, wanted="a partner's feed needs that partner's token")
    if not holder.may("feeds:read", partner_id=partner_id):
        raise HTTPException(403, "the token doesn't open this feed")
    request.state.token_id, request.state.partner_id = holder.id, partner_id


def require_partner(request: Request, ledger: Ledger) -> str:
    """Whose token this is; it is presented as a feed's. Else 401, or 403 for one that isn't a partner's."""
    holder = _holder(request, ledger, wanted=_POLICY_WANTS)
    if holder.partner_id is None or not holder.may("feeds:read"):
        raise HTTPException(403, "the token isn't a partner's: ask for /policies/PARTNER/VERSION")
    return holder.partner_id


def require_partner_or_writer(request: Request, ledger: Ledger, *, partner_id: str) -> None:
    """Let pass this partner's token, and one that may write events. Else 401, or 403, whether or not there is one."""
    holder = _holder(request, ledger, wanted=_POLICY_WANTS)
    if not (holder.may("feeds:read", partner_id=partner_id) or holder.may("events:write")):
        raise HTTPException(403, "the token doesn't open this policy")


def feed_token(request: Request) -> str | None:
    """The token in a request's Authorization, as Bearer or as Basic's password; None without one."""
    header = request.headers.get("authorization", "")
    return _bearer(header) or _password(header)


def _holder(request: Request, ledger: Ledger, *, wanted: str) -> Holder:
    token = feed_token(request) or request.query_params.get("token")
    holder = recognise(ledger, token, now=_now(request)) if token else None
    if holder is None:
        said = "the token isn't ours, was taken back, or has ended" if token else wanted
        raise HTTPException(401, said, {"WWW-Authenticate": _FEED_CHALLENGE})
    limits: Limits = request.app.state.limits
    limits.spend_token(holder.id)
    return holder


def _now(request: Request) -> datetime:
    system: System = request.app.state.system
    return system.clock()


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
