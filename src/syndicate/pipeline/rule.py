"""A person decides about an article: it is written down, and the article is decided again."""

from syndicate.ledger import articles, plans, rulings
from syndicate.ledger.database import Ledger
from syndicate.model.article import Article
from syndicate.model.clearance import Ruling
from syndicate.model.problem import invalid
from syndicate.model.step import Plan, Step


def rule(ledger: Ledger, article_id: str, audience: str, ruling: Ruling) -> list[Step]:
    """Decide for one audience, or for `rulings.ALL`. Raises `Invalid` when there is no such article, or no more."""
    with ledger.write() as connection:
        head = articles.head(connection, article_id, lock=True)
        if head is None or not head.revision:
            raise invalid("article", f"we were never told of an article {article_id!r}")
        if head.withdrawn:
            raise invalid("article", f"{article_id} is withdrawn: there is nothing to decide")
        article = articles.revision(connection, article_id, head.revision).data
        asked = article.ask_first if isinstance(article, Article) else ()
        rulings.add(connection, article_id, audience, ruling.model_copy(update={"asked": asked}))
        plans.ask(connection, [article_id], at=ruling.at)
    return [Plan(article_id=article_id)]
