"""What each rule says about an article now: for whoever wants to know more than which one has decided."""

from collections.abc import Mapping
from datetime import datetime

from syndicate.ledger.database import Ledger
from syndicate.model.clearance import Verdict
from syndicate.pipeline.case import find_case
from syndicate.pipeline.newsroom import Newsroom
from syndicate.rights import every_rule


def explain(ledger: Ledger, article_id: str, *, newsroom: Newsroom, now: datetime) -> Mapping[str, tuple[Verdict, ...]]:
    """Every rule's verdict for each audience, by today's agreements; nothing for what is unknown or withdrawn."""
    with ledger.read() as connection:
        found = find_case(connection, article_id, newsroom=newsroom, now=now)
    if found is None:
        return {}
    case, _ = found
    return {audience: every_rule(question) for audience, question in case.questions().items()}
