"""Takes an article back from everybody who may have it, in a lane that nothing holds up."""

from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from syndicate.ledger import articles, clearances, deliveries, plans
from syndicate.ledger.articles import Head
from syndicate.ledger.database import Ledger, database_time
from syndicate.model.article import Article, Withdrawal
from syndicate.model.step import Plan, Step
from syndicate.pipeline.case import Case
from syndicate.pipeline.derived import plan_derived
from syndicate.pipeline.duty import Duty, may_hold
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.owe import Removals, debt, steps_for, touch_feeds


def withdraw(ledger: Ledger, article_id: str, *, newsroom: Newsroom, now: datetime) -> list[Step]:
    """Cancel what waits, and owe a removal to every destination that may have any revision, by any route.

    That includes partners who are paused, ended or gone from the configuration. What derives from it is decided again.
    Withdrawing twice is harmless.
    """
    derived = plan_derived(ledger, article_id, urgent=True, now=now)
    with ledger.write() as connection:
        head = articles.head(connection, article_id, lock=True)
        if head is None or head.revision == 0:
            return []
        if not head.withdrawn:
            return [Plan(article_id=article_id)]
        return [*_take_back(connection, head, newsroom=newsroom, now=now), *derived]


def _take_back(connection: Connection, head: Head, *, newsroom: Newsroom, now: datetime) -> list[Step]:
    plans.made(connection, head.id, revision=head.revision, due_at=None)
    known = articles.last_article(connection, head.id, before=head.revision)
    if known is None:
        return []  # withdrawn before we ever saw it: only the tombstone stays
    revision = articles.revision(connection, head.id, head.revision)
    assert isinstance(revision.data, Withdrawal)  # the head says so
    assert isinstance(known.data, Article)  # last_article gives nothing else
    case = Case(
        head=head, article=known.data, updated=revision.updated, newsroom=newsroom, now=now, released=known.data
    )
    owed = _owe_removals(connection, case, reason=revision.data.reason or "withdrawn by the newsroom")
    deliveries.cancel_waiting(connection, head.id, but=owed, reason="the article was withdrawn", now=now)
    audiences = clearances.ever_cleared(connection, head.id)
    feeds = touch_feeds(connection, case, audiences=audiences, at=revision.recorded_at, urgent=True)
    return steps_for(connection, head.id, feeds=feeds, urgent=True)


def _owe_removals(connection: Connection, case: Case, *, reason: str) -> list[str]:
    rows = deliveries.of_article(connection, case.head.id)
    holders = [
        destination_id
        for destination_id, history in groupby(rows, key=lambda row: row.destination_id)
        if may_hold([row for row in history if row.revision < case.head.revision])
    ]
    removals = Removals(connection, case, holders)
    owed = [
        debt(
            case,
            destination_id=destination_id,
            edition=1,
            due=Duty("withdraw", reason),
            written=removals.write(destination_id, reason),
        )
        for destination_id in holders
    ]
    deliveries.add(connection, owed, now=database_time(connection))
    return [one.id for one in owed]
