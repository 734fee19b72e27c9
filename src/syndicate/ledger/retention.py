"""What need not be kept for ever: the bytes of deliveries that were settled long ago, and what was answered to them.

The rows stay, and their digests as evidence; so does whatever a removal needs. What may be tried again keeps its bytes.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, update

from syndicate.ledger import contents, tables
from syndicate.ledger.claims import beside_articles, is_current
from syndicate.ledger.deliveries import in_term
from syndicate.ledger.lines import FAILED
from syndicate.ledger.tables import articles, attempts, deliveries


class Dropped(NamedTuple):
    """Of how many deliveries the bytes were dropped, or would be, and how much room that makes."""

    deliveries: int
    bytes: int


def droppable(connection: Connection, *, before: datetime, now: datetime, limit: int) -> list[int]:
    """Deliveries, by `seq`, that were settled before then and whose bytes nothing needs, those settled first first."""
    return list(connection.scalars(_droppable(before, now).order_by(deliveries.c.settled_at).limit(limit)))


def measure(connection: Connection, *, before: datetime, now: datetime) -> Dropped:
    """What `drop` would drop. (What shares its bytes with something that needs them counts, though they stay.)"""
    found = _droppable(before, now).add_columns(deliveries.c.body).subquery()
    many = connection.scalar(select(func.count()).select_from(found))
    size = connection.scalar(
        select(func.sum(func.length(tables.contents.c.gzip))).where(tables.contents.c.digest.in_(select(found.c.body)))
    )
    return Dropped(int(many or 0), int(size or 0))


def drop(connection: Connection, seqs: Sequence[int], *, before: datetime, now: datetime) -> Dropped:
    """Drop the bytes of these, as far as nothing has come to need them since, and what partners answered then.

    Bytes are one article's alone, because every format writes the article's name into them: with its row locked, nobody
    comes to need them meanwhile. A feed's are dropped when it is built anew: of those only the rows are noted.
    """
    concerned = select(deliveries.c.article_id).where(deliveries.c.seq.in_(seqs))
    locked = select(articles.c.id).where(articles.c.id.in_(concerned)).order_by(articles.c.id)
    ids = list(connection.scalars(locked.with_for_update()))
    wanted = list(connection.scalars(_droppable(before, now).where(deliveries.c.seq.in_(seqs))))
    done = update(deliveries).where(deliveries.c.seq.in_(wanted)).values(kept_until=now)
    dropped = connection.execute(done.returning(deliveries.c.article_id, deliveries.c.body)).all()
    bodies = {row.body for row in dropped if row.body and row.article_id in ids}
    answered = and_(attempts.c.delivery_seq.in_(wanted), attempts.c.answer != "")
    connection.execute(update(attempts).where(answered).values(answer=""))
    return Dropped(len(wanted), _drop_unneeded(connection, bodies, of=ids))


def _drop_unneeded(connection: Connection, digests: set[str], *, of: Collection[str]) -> int:
    """Drop those that no delivery of these articles needs any more; answers how many bytes they took."""
    needed = select(deliveries.c.body).where(
        deliveries.c.article_id.in_(of), deliveries.c.body.in_(digests), deliveries.c.kept_until.is_(None)
    )
    return contents.drop(connection, digests - set(connection.scalars(needed)))


def _droppable(before: datetime, now: datetime) -> Select[tuple[int]]:
    kept = and_(deliveries.c.kept_until.is_(None), deliveries.c.body.is_not(None))
    return beside_articles(select(deliveries.c.seq)).where(
        kept, deliveries.c.settled_at < before, ~_may_be_tried_again(now)
    )


def _may_be_tried_again(now: datetime) -> ColumnElement[bool]:
    return and_(deliveries.c.state == FAILED, is_current(), in_term(now))
