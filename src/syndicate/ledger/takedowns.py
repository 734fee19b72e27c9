"""Takedowns: the pages that must go because a partner has accepted a removal, and what looking at them has shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, or_, select, tuple_, update

from syndicate.ledger.attempts import Attempt
from syndicate.ledger.insert import insert_new
from syndicate.ledger.tables import deliveries, receipts, takedowns
from syndicate.model.takedown import Takedown

_COLUMNS = tuple(takedowns.c[field.name] for field in fields(Takedown))


class Place(NamedTuple):
    """A takedown, and of which article it is where."""

    takedown: Takedown
    destination_id: str
    article_id: str


def begin(
    connection: Connection, removals: Sequence[Attempt], *, deadlines: Mapping[int, datetime], now: datetime
) -> None:
    """Note the pages that must be gone now that these removals were accepted, where the partners have named any.

    The deadlines are by the removals' `seq`. A removal that was accepted before, and is again, has its page looked at
    now, also where that was gone: it may be there again. Its deadline stays.
    To be called before the receipts are kept: what counts is where the copy was, not what the removal's answer says.
    """
    known = _addresses(connection, removals)
    pages = {
        claim.due: known.get((claim.due.destination_id, claim.due.article_id)) or (said.remote_url if said else "")
        for claim, outcome, _ in removals
        for said in (outcome.receipt,)
    }
    rows = [
        asdict(Takedown(due.seq, page, deadline=deadlines[due.seq], due_at=now)) for due, page in pages.items() if page
    ]
    insert_new(connection, takedowns, rows)
    again = takedowns.c.delivery_seq.in_([row["delivery_seq"] for row in rows])
    connection.execute(update(takedowns).where(again).values(due_at=now, gone_at=None))


def due(connection: Connection, *, now: datetime, limit: int) -> list[str]:
    """The removals, by id, whose pages are to be looked at now: what has waited longest first."""
    wanted = select(deliveries.c.id).join(takedowns, takedowns.c.delivery_seq == deliveries.c.seq)
    wanted = wanted.where(_is_due(now)).order_by(takedowns.c.due_at).limit(limit)
    return list(connection.scalars(wanted))


def take(connection: Connection, ids: Collection[str], *, now: datetime, until: datetime) -> list[Place]:
    """Have those of these that are due to ourselves until then."""
    removals = select(deliveries.c.seq).where(deliveries.c.id.in_(ids))
    free = select(takedowns.c.delivery_seq).where(takedowns.c.delivery_seq.in_(removals), _is_due(now))
    seqs = free.order_by(takedowns.c.delivery_seq).with_for_update(of=takedowns, skip_locked=True)
    taken = list(connection.scalars(seqs))
    connection.execute(update(takedowns).where(takedowns.c.delivery_seq.in_(taken)).values(due_at=until))
    return _places(connection, takedowns.c.delivery_seq.in_(taken))


def called_off(connection: Connection, seqs: Collection[int]) -> set[int]:
    """Those of these removals after which the article was brought to the partner again, so that its page may be there.

    What was owed and cancelled before it left brought nothing.
    """
    wanted = select(deliveries.c.seq).where(deliveries.c.seq.in_(seqs), _is_brought_again())
    return set(connection.scalars(wanted))


def save(connection: Connection, changed: Collection[tuple[Takedown, Takedown]]) -> set[int]:
    """Write down what has become of each of these, where it is still ours; tells which were, by the removal's `seq`."""
    ours = set()
    for before, after in changed:
        same = and_(takedowns.c.delivery_seq == before.delivery_seq, takedowns.c.due_at == before.due_at)
        if connection.execute(update(takedowns).where(same).values(asdict(after))).rowcount:
            ours.add(before.delivery_seq)
    return ours


def still_open(connection: Connection) -> list[Place]:
    """Those whose pages aren't gone, and must be, the first deadline first."""
    return _places(connection, and_(takedowns.c.gone_at.is_(None), ~_is_brought_again()))


def of(connection: Connection, seqs: Collection[int]) -> dict[int, Takedown]:
    """The takedowns of these removals, by `seq`; a partner that has named no page has none."""
    rows = connection.execute(select(*_COLUMNS).where(takedowns.c.delivery_seq.in_(seqs)))
    return {row.delivery_seq: _takedown(row._mapping) for row in rows}


def _addresses(connection: Connection, removals: Sequence[Attempt]) -> dict[tuple[str, str], str]:
    places = [(claim.due.destination_id, claim.due.article_id) for claim, _, _ in removals]
    columns = (receipts.c.destination_id, receipts.c.article_id)
    rows = connection.execute(select(*columns, receipts.c.remote_url).where(tuple_(*columns).in_(places)))
    return {(row.destination_id, row.article_id): row.remote_url for row in rows}


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(takedowns.c.due_at <= now, takedowns.c.gone_at.is_(None))


def _is_brought_again() -> ColumnElement[bool]:
    """Beside a removal: whether something newer has gone, or is to go, to the same place."""
    later = deliveries.alias("later")
    goes = or_(later.c.tries > 0, later.c.state.in_(("waiting", "sending")))
    return exists().where(
        later.c.article_id == deliveries.c.article_id,
        later.c.destination_id == deliveries.c.destination_id,
        later.c.seq > deliveries.c.seq,
        later.c.action != "withdraw",
        goes,
    )


def _places(connection: Connection, which: ColumnElement[bool]) -> list[Place]:
    wanted = select(*_COLUMNS, deliveries.c.destination_id, deliveries.c.article_id)
    wanted = wanted.join(deliveries, deliveries.c.seq == takedowns.c.delivery_seq).where(which)
    rows = connection.execute(wanted.order_by(takedowns.c.deadline, takedowns.c.delivery_seq))
    return [Place(_takedown(row._mapping), row.destination_id, row.article_id) for row in rows]


def _takedown(found: RowMapping) -> Takedown:
    return Takedown(**{column.name: found[column.name] for column in _COLUMNS})
