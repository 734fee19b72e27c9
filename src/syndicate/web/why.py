"""Who may ask, by HTTP? Our own systems: why has each partner an article, or hasn't, rule by rule?"""

from fastapi import HTTPException, Request, Response

from syndicate.assemble import System
from syndicate.monitor.why import why, with_rules
from syndicate.web.answers import json_answer
from syndicate.web.credentials import require_writer


def read(request: Request, article_id: str, partner: str | None = None) -> Response:
    """`GET /why/ARTICLE`, or `?partner=ID` for one: as `syndicate why ARTICLE --rules --json`. 200, 401, 403, 404."""
    system: System = request.app.state.system
    require_writer(request, system.ledger)
    directory = system.newsroom.directory
    found = why(system.ledger, article_id, directory=directory, now=system.clock(), partner_id=partner)
    if found is None:
        raise HTTPException(404, "we were never told of this article")
    if not found.explanations:
        raise HTTPException(404, "there is no such partner")
    return json_answer(with_rules(found, system.explain(article_id)), headers={"Cache-Control": "no-store"})
