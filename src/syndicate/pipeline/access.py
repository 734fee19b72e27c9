"""May somebody be told of a feed? Of a public one everybody; of a partner's own its token, while its terms run."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from syndicate.ledger import tokens
from syndicate.model.clearance import PUBLIC
from syndicate.pipeline.newsroom import Newsroom
from syndicate.rights.term import running


def refusal(connection: Connection, audience: str, token_id: str | None, *, newsroom: Newsroom, now: datetime) -> str:
    """Why not, in words that the subscriber may read; empty when nothing speaks against it."""
    if audience == PUBLIC:
        return ""
    found: Any = tokens.find(connection, token_id) if token_id else None
    if found is None or found.revoked_at is not None or found.partner_id != audience:
        return "the token that opened this feed was taken back"
    if found.ends_at is not None and found.ends_at <= now:
        return "the token that opened this feed has ended: another has taken its place"
    partner = newsroom.directory.partner(audience)
    agreement = partner.agreement_at(now, newsroom.publisher.timezone) if partner else None
    verdict = running(agreement, publisher=newsroom.publisher, now=now)
    return verdict.reason if verdict else ""
