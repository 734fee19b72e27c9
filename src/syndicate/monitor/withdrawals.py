"""How far has each withdrawal got? A clock for every partner: sent, acknowledged, checked gone, or overdue."""

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Literal

from sqlalchemy import Connection

from syndicate.ledger import articles, attempts, clearances, deliveries, takedowns
from syndicate.ledger.articles import Revision
from syndicate.ledger.database import Ledger
from syndicate.ledger.deliveries import Delivery
from syndicate.model.article import Article, Withdrawal
from syndicate.model.delivery import State
from syndicate.model.feed import Directory
from syndicate.model.record import Moment, Record
from syndicate.model.takedown import Takedown

Standing = Literal["waiting", "failed", "acknowledged", "checking", "gone", "overdue", "called off"]
OPEN: Collection[Standing] = ("waiting", "failed", "checking", "overdue")
_NOT_ACCEPTED: Mapping[State, Standing] = MappingProxyType(
    {"waiting": "waiting", "sending": "waiting", "failed": "failed", "cancelled": "called off"}
)
NO_ADDRESS = "not checked: the partner gave no address"


class Removal(Record):
    """Where a withdrawal stands at one destination. What has not happened yet has no time.

    `gone_at` is when we saw that the page isn't there, `deadline` when it must be gone; `looks` counts how often we
    looked, the last time at `looked_at`.
    """

    delivery: str
    destination: str
    partner: str
    standing: Standing
    said: str
    sent_at: Moment | None
    acknowledged_at: Moment | None
    gone_at: Moment | None
    deadline: Moment | None
    looks: int
    looked_at: Moment | None
    remote_url: str


class Withdrawn(Record):
    """An article that was taken back by a revision: from everybody, or from those who may not have it any more."""

    article: str
    headline: str
    revision: int
    since: Moment
    reason: str
    is_open: bool
    removals: tuple[Removal, ...]


def withdrawals(ledger: Ledger, *, directory: Directory, now: datetime, only_open: bool = False) -> list[Withdrawn]:
    """Every withdrawal that anybody had to be told of, newest first; or those that aren't complete everywhere."""
    names = {partner.id: partner.name for partner in directory.partners}
    with ledger.read() as connection:
        rows = deliveries.removals(connection)
        found = [
            _withdrawn(connection, list(those), names, now=now)
            for _, those in groupby(rows, key=lambda row: (row.article_id, row.revision))
        ]
    found.sort(key=lambda one: (one.since, one.revision), reverse=True)
    return [one for one in found if one.is_open or not only_open]


def _withdrawn(connection: Connection, rows: list[Delivery], names: Mapping[str, str], *, now: datetime) -> Withdrawn:
    article_id, number = rows[0].article_id, rows[0].revision
    seqs = [row.seq for row in rows]
    pages = takedowns.of(connection, seqs)
    sent, again = attempts.first_of(connection, seqs), takedowns.called_off(connection, seqs)
    removals = tuple(
        _removal(
            row,
            pages.get(row.seq),
            partner=names.get(row.partner_id, row.partner_id),
            sent_at=sent.get(row.seq),
            is_again=row.seq in again,
            now=now,
        )
        for row in rows
    )
    words = articles.last_article(connection, article_id, before=number + 1)
    revision = articles.revision(connection, article_id, number)
    return Withdrawn(
        article=article_id,
        headline=words.data.headline if words and isinstance(words.data, Article) else "",
        revision=number,
        since=revision.recorded_at,
        reason=_reason(connection, revision, {row.partner_id for row in rows}),
        is_open=any(removal.standing in OPEN for removal in removals),
        removals=removals,
    )


def _reason(connection: Connection, revision: Revision, partners: Collection[str]) -> str:
    """The newsroom's; or, where a revision took it from some partners only, why they may not have it any more."""
    if isinstance(revision.data, Withdrawal):
        return revision.data.reason or "withdrawn by the newsroom"
    answers = clearances.of_revision(connection, revision.article_id, revision.revision)
    reasons = [one.clearance.reason for name, one in sorted(answers.items()) if name in partners]
    return "; ".join(dict.fromkeys(reasons))


def _removal(
    row: Delivery, page: Takedown | None, *, partner: str, sent_at: datetime | None, is_again: bool, now: datetime
) -> Removal:
    standing, said = _standing(row, page, is_again=is_again, now=now)
    return Removal(
        delivery=row.id,
        destination=row.destination_id,
        partner=partner,
        standing=standing,
        said=said,
        sent_at=sent_at,
        acknowledged_at=row.settled_at if row.state == "delivered" else None,
        gone_at=page.gone_at if page else None,
        deadline=page.deadline if page else None,
        looks=page.looks if page else 0,
        looked_at=page.looked_at if page else None,
        remote_url=page.remote_url if page else "",
    )


def _standing(row: Delivery, page: Takedown | None, *, is_again: bool, now: datetime) -> tuple[Standing, str]:
    if row.state != "delivered":
        return _NOT_ACCEPTED[row.state], row.reason
    if page is None:
        return "acknowledged", NO_ADDRESS
    if is_again and not page.gone_at:
        return "called off", "it was published there again"
    said = page.reason or "not looked at yet"
    return ("gone" if page.gone_at else "overdue" if page.is_overdue(now) else "checking"), said
