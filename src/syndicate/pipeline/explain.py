"""What each rule says about an article now: for whoever wants to know more than which one has decided."""

from collections.abc import Mapping
from datetime import datetime

from syndicate.ledger import articles
from syndicate.ledger.database import Ledger
from syndicate.model.article import Article
from syndicate.model.clearance import PUBLIC, Verdict
from syndicate.pipeline.case import read_case
from syndicate.pipeline.newsroom import Newsroom
from syndicate.rights import every_rule


def explain(ledger: Ledger, article_id: str, *, newsroom: Newsroom, now: datetime) -> Mapping[str, tuple[Verdict, ...]]:
    """Every rule's verdict for each audience, by today's agreements; nothing for what is unknown or withdrawn."""
    with ledger.read() as connection:
        head = articles.head(connection, article_id)
        revision = articles.revision(connection, article_id, head.revision) if head and head.revision else None
        if head is None or revision is None or not isinstance(revision.data, Article):
            return {}
        case = read_case(connection, head, revision, newsroom=newsroom, now=now)
    asked = {PUBLIC: None} | {partner.id: partner for partner in newsroom.directory.partners}
    return {audience: every_rule(case.question(partner)) for audience, partner in asked.items()}
