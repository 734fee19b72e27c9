"""Which articles are owed a plan, and when the next is due: what follows from an article is decided by plans."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, case, literal, select, update

from syndicate.ledger.database import in_batches
from syndicate.ledger.tables import articles


def made(connection: Connection, article_id: str, *, revision: int, due_at: datetime | None) -> None:
    """Note that a revision has been planned, and when the plan must be made again."""
    connection.execute(
        update(articles)
        .where(articles.c.id == article_id)
        .values(planned_revision=revision, plan_due_at=due_at, plans=articles.c.plans + 1)
    )


def ask(connection: Connection, ids: Collection[str], *, at: datetime) -> None:
    """Have these planned at that time, or sooner where that is due; a plan that is being made meanwhile notices."""
    hold(connection, ids)
    due = articles.c.plan_due_at
    sooner = case((due < at, due), else_=literal(at, due.type))
    for some in in_batches(sorted(ids)):
        asked = update(articles).where(articles.c.id.in_(some))
        connection.execute(asked.values(plan_due_at=sooner, plans=articles.c.plans + 1))


def hold(connection: Connection, ids: Collection[str]) -> None:
    """Have nobody else change these until this transaction ends: in one order, so that no two wait for each other."""
    for some in in_batches(sorted(ids)):
        wanted = select(articles.c.id).where(articles.c.id.in_(some))
        connection.execute(wanted.order_by(articles.c.id).with_for_update()).all()


def owed(connection: Connection, *, now: datetime, limit: int) -> list[tuple[str, bool]]:
    """Articles whose plan is missing or due again, the withdrawn ones first: (id, withdrawn)."""
    some = select(articles.c.id, articles.c.withdrawn).order_by(articles.c.withdrawn.desc()).limit(limit)
    missing = connection.execute(some.where(articles.c.planned_revision < articles.c.head_revision)).all()
    due = some.where(articles.c.plan_due_at <= now).order_by(None)
    lapsed = connection.execute(due.order_by(articles.c.plan_due_at, articles.c.first_published)).all()
    return list(dict.fromkeys((row.id, row.withdrawn) for row in (*missing, *lapsed)))
