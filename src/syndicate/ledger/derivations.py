"""Derived stories: what an article was made from, and what was made from it, at whatever remove; cycles end."""

from sqlalchemy import Connection, and_, select
from sqlalchemy import literal as value

from syndicate.ledger.tables import articles, revisions


def withdrawn_master(connection: Connection, master: str | None) -> str | None:
    """The withdrawn story among `master` and those it was made from itself: `master` first, where there are several.

    One that we have never seen, or that came off the schedule before it was out, is not withdrawn.
    """
    if master is None:
        return None
    above = select(value(master).label("id")).cte("above", recursive=True)
    above = above.union(
        select(articles.c.derived_from)
        .join(above, articles.c.id == above.c.id)
        .where(articles.c.derived_from.is_not(None))
    )
    head = and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.head_revision)
    wanted = (
        select(articles.c.id)
        .join(above, articles.c.id == above.c.id)
        .join(revisions, head)
        .where(revisions.c.kind == "withdrawn")
        .order_by(articles.c.id != master, articles.c.id)
        .limit(1)
    )
    return connection.scalar(wanted)


def derived(connection: Connection, article_id: str) -> list[str]:
    """Every story that was made from an article, or from one of those."""
    below = select(articles.c.id).where(articles.c.derived_from == article_id).cte("below", recursive=True)
    below = below.union(select(articles.c.id).join(below, articles.c.derived_from == below.c.id))
    return list(connection.scalars(select(below.c.id).where(below.c.id != article_id).order_by(below.c.id)))
