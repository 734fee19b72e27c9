"""Has an article changed that others were made from? Then those are decided again."""

from datetime import datetime

from syndicate.ledger import articles, derivations, plans
from syndicate.ledger.database import Ledger
from syndicate.model.step import Plan


def plan_derived(ledger: Ledger, article_id: str, *, urgent: bool, now: datetime) -> list[Plan]:
    """Owe a plan to whatever derives from an article whose head isn't planned yet, and return those Steps.

    To be called before that head is noted as planned: if we are stopped in between, the sweep brings us here again.
    """
    with ledger.read() as connection:
        head = articles.head(connection, article_id)
        if head is None or head.planned_revision == head.revision:
            return []
        found = derivations.derived(connection, article_id)
    if found:
        with ledger.write() as connection:
            plans.ask(connection, found, at=now)
    return [Plan(article_id=name, urgent=urgent) for name in found]
