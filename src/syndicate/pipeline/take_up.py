"""What follows from new terms by themselves: what was out before they began, and what must go when they end."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from syndicate.ledger import articles, clearances, deliveries, health, partners, plans
from syndicate.ledger.database import Ledger
from syndicate.model.agreement import Agreement
from syndicate.model.partner import Partner
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.owe import partner_of


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
        due = _due(connection, new, zone=zone, now=now)
        plans.hold(connection, set[str]().union(*due.values()))  # as a plan does: the articles first
        for at, ids in due.items():
            plans.ask(connection, ids, at=at)
        partners.remember(connection, [partner for partner, _, _ in new], now=now)
        partners.hold(connection, {partner.id for partner, _, _ in new})
        for partner, agreement, _ in new:
            partners.take_up(connection, partner.id, agreement.version, now=now)


def stop_what_lapsed(ledger: Ledger, *, newsroom: Newsroom, now: datetime) -> None:
    """Have what waits for partners without an agreement in term planned again, which cancels it.

    It was written down when it ends under the terms of then; since, somebody has ended them earlier, or taken them out.
    """
    directory, zone = newsroom.directory, newsroom.publisher.timezone
    with ledger.read() as connection:
        known = health.destinations(connection)
        entitled = {one.id for one in directory.partners if _is_in_term(one.agreement_at(now, zone), zone, now)}
        lapsed = [name for name in known if partner_of(name) not in entitled]
        waiting = deliveries.articles_waiting_for(connection, lapsed) if lapsed else set[str]()
    if waiting:
        with ledger.write() as connection:
            plans.ask(connection, waiting, at=now)


def _is_in_term(agreement: Agreement | None, zone: str, now: datetime) -> bool:
    return agreement is not None and agreement.begins(zone) <= now < agreement.over(zone)


def _due(
    connection: Connection, new: Iterable[tuple[Partner, Agreement, bool]], *, zone: str, now: datetime
) -> dict[datetime, set[str]]:
    """When which articles are to be planned again; those that are withdrawn never are."""
    live, due = set(articles.live(connection)), defaultdict[datetime, set[str]](set)
    for partner, agreement, is_known in new:
        over = agreement.over(zone)
        if agreement.at_start == "covered" and not is_known and now < over:
            due[now] |= live
        if agreement.after_end == "remove":
            due[max(over, now)] |= live.intersection(clearances.articles_cleared_for(connection, partner.id))
    return due
