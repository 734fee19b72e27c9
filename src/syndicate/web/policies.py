"""Who may ask, by HTTP? Everybody for the public policy; each partner, and our own systems, for an agreement's."""

import re

from fastapi import HTTPException, Request, Response

from syndicate.assemble import System
from syndicate.formats import tdmrep
from syndicate.web.credentials import require_partner, require_partner_or_writer
from syndicate.web.licence import machine_headers, require_licence

_VERSION = re.compile(r"[0-9a-f]{12}")
_PARTNER = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def public(request: Request) -> Response:
    """`GET /policies/public`: the public licence, as W3C's TDMRep has a policy. 404 where none was configured."""
    system: System = request.app.state.system
    require_licence(system)
    newsroom = system.newsroom
    found = tdmrep.offer(publisher=newsroom.publisher, addresses=newsroom.addresses)
    return Response(found.body, headers=machine_headers(system), media_type=found.media_type)


def own(request: Request, version: str) -> Response:
    """`GET /policies/VERSION`, as articles quote it: the asking partner's own. 401, 403, 404."""
    system: System = request.app.state.system
    return _policy(system, require_partner(request, system.ledger), version)


def of_partner(request: Request, partner: str, version: str) -> Response:
    """`GET /policies/PARTNER/VERSION`: for that partner's token, and for those that may write events. 401, 403, 404."""
    system: System = request.app.state.system
    require_partner_or_writer(request, system.ledger, partner_id=partner)
    return _policy(system, partner, version)


def _policy(system: System, partner_id: str, version: str) -> Response:
    known = _VERSION.fullmatch(version) and _PARTNER.fullmatch(partner_id)
    found = system.policy_of(partner_id, version) if known else None
    if found is None:
        raise HTTPException(404, "there never was an agreement of this version")
    headers = machine_headers(system) | {"Cache-Control": "private, max-age=60", "Vary": "Authorization"}
    return Response(found.body, headers=headers, media_type=found.media_type)
