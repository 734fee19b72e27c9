"""Cancels what still waits though a right that it was owed under has ended, and says which."""

from datetime import datetime

from sqlalchemy import Connection

from syndicate.ledger import articles, clearances, deliveries, plans
from syndicate.ledger.clearances import Standing
from syndicate.ledger.database import Ledger, database_time
from syndicate.ledger.deliveries import Delivery
from syndicate.model.article import Article
from syndicate.model.subscription import is_topic

AT_ONCE = 200
BEFORE = "ended before it could be sent"


def cancel_expired(ledger: Ledger) -> None:
    """Cancel these, each in a transaction of its own. They are planned again: another agreement may go on from here."""
    with ledger.read() as connection:
        found = deliveries.expired(connection, now=database_time(connection), limit=AT_ONCE)
    for delivery in found:
        with ledger.write() as connection:
            articles.head(connection, delivery.article_id, lock=True)
            reason = _reason(connection, delivery)
            deliveries.cancel_expired(connection, delivery.id, reason=reason, now=database_time(connection))
            if delivery.expires_at and not is_topic(delivery.article_id):  # what may go from then on is owed anew
                plans.ask(connection, [delivery.article_id], at=delivery.expires_at)


def _reason(connection: Connection, delivery: Delivery) -> str:
    """Which right has ended: of the agreement, of a picture, or to a reprint; or a subscription's lease."""
    if is_topic(delivery.article_id):
        return f"the subscription's lease {BEFORE}"
    ended = delivery.expires_at
    standing = clearances.given(
        connection, delivery.article_id, delivery.revision, delivery.partner_id, delivery.edition
    )
    if standing and ended and standing.clearance.until == ended:
        return _of_clearance(connection, standing, ended)
    return f"the agreement {BEFORE}"


def _of_clearance(connection: Connection, standing: Standing, ended: datetime) -> str:
    changing = [picture for picture in standing.clearance.pictures if picture.until == ended]
    if any(picture.passed for picture in changing):
        return f"our right to a picture that it carries {BEFORE}"
    if changing:
        return "our right to another picture began before it could be sent"
    words = articles.revision(connection, standing.article_id, standing.revision).data
    permission = words.origin.rights if isinstance(words, Article) else None
    return f"the {'permission to pass it on' if permission and permission.ends == ended else 'agreement'} {BEFORE}"
