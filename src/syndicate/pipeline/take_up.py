"""What follows from new terms by themselves: what was out before they began, and what must go when they end."""

from datetime import datetime

from sqlalchemy import Connection

from syndicate.ledger import articles, clearances, partners
from syndicate.ledger.database import Ledger
from syndicate.model.agreement import Agreement
from syndicate.model.partner import Partner
from syndicate.pipeline.newsroom import Newsroom


def take_up(ledger: Ledger, *, newsroom: Newsroom, now: datetime) -> None:
    """See to the agreements that are new, once for each: the plans that they ask for are made in their time.

    Terms that were changed plan nothing anew, so that what was sent goes on to quote those it was sent under. But where
    they have all taken back at their end, that happens at the end they have now.
    """
    with ledger.read() as connection:
        found = partners.not_taken_up(connection, newsroom.directory.partners)
    zone = newsroom.publisher.timezone
    new = [one for one in found if one[1].at_start == "nothing" or one[1].begins(zone) <= now]  # else on its first day
    if not new:
        return
    with ledger.write() as connection:
        for partner, agreement, is_known in new:
            _ask_for_plans(connection, partner, agreement, is_known=is_known, newsroom=newsroom, now=now)
        partners.remember(connection, [partner for partner, _, _ in new], now=now)
        for partner, agreement, _ in new:
            partners.take_up(connection, partner.id, agreement.version, now=now)


def _ask_for_plans(
    connection: Connection, partner: Partner, agreement: Agreement, *, is_known: bool, newsroom: Newsroom, now: datetime
) -> None:
    over = agreement.over(newsroom.publisher.timezone)
    if agreement.at_start == "covered" and not is_known and now < over:
        articles.ask_for_plan(connection, articles.live(connection), now=now)
    if agreement.after_end == "remove":
        theirs = clearances.articles_cleared_for(connection, partner.id)
        articles.plan_by(connection, theirs, at=max(over, now))
