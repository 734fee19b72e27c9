"""Lines: what waits for whom. Each destination has a line of its own in each lane, and nobody's is in anybody's way."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Integer,
    Select,
    String,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    true,
)

from syndicate.ledger.prepared import as_list, listed
from syndicate.ledger.tables import deliveries
from syndicate.model.delivery import Action
from syndicate.model.step import Lane

# Written out and not as parameters, or the databases could not use the indexes of these rows only.
WAITING = literal_column("'waiting'", String())
SENDING = literal_column("'sending'", String())
FAILED = literal_column("'failed'", String())


class Due(NamedTuple):
    """A delivery that may be sent, with what it takes to send it."""

    seq: int
    id: str
    article_id: str
    revision: int
    destination_id: str
    action: Action
    lane: Lane
    body: str
    media_type: str
    tries: int


DUE = tuple(deliveries.c[name] for name in Due._fields)


def lines(connection: Connection, lane: Lane, *, after: str = "", limit: int) -> list[str]:
    """The destinations that something waits for in a lane, due or not, by their ids, from `after` on.

    A skip scan: it costs as much as there are destinations, however much waits for each.
    """
    return list(connection.scalars(_LINES, {"lane": lane, "after": after, "many": limit}))


def oldest(connection: Connection, lane: Lane) -> dict[str, datetime]:
    """Since when, or until when, the first in each line of a lane waits: destination → due."""
    return {row.id: row.first for row in connection.execute(_OLDEST, {"lane": lane, "after": "", "many": 1_000_000})}


def lengths(connection: Connection) -> dict[str, int]:
    """How many wait for each destination, in all lanes."""
    return {row.destination_id: row.many for row in connection.execute(_LENGTHS)}


def due(connection: Connection, lane: Lane, destinations: Sequence[str], *, now: datetime, each: int) -> list[Due]:
    """What may be sent now to these destinations, at most `each` to one: what waits longest first, removals before all.

    (All that waits in the lanes of first tries waits alike; retries of removals go before other retries.)
    """
    asked = {"lane": lane, "lines": as_list(destinations, connection), "now": now, "each": each}
    statement = _due(connection.dialect.name, removals_first=lane == "slow")
    return [Due._make(row) for row in connection.execute(statement, asked)]


def in_flight(connection: Connection, lanes: Sequence[Lane], *, but_by: str = "") -> dict[str, int]:
    """How many are being sent to each destination in these lanes, by others than who has this claim token."""
    rows = connection.execute(_IN_FLIGHT, {"by": but_by})
    found: dict[str, int] = {}
    for row in rows:
        if row.lane in lanes:
            found[row.destination_id] = found.get(row.destination_id, 0) + row.many
    return found


def may_go(rows: Any) -> ColumnElement[bool]:  # noqa: ANN401 - the table or an alias of it
    """Of the rows of deliveries: those that may be sent at the moment that the parameter `now` says."""
    now = bindparam("now", type_=deliveries.c.due_at.type)
    in_term = or_(rows.c.expires_at.is_(None), rows.c.expires_at > now)
    return and_(rows.c.state == WAITING, rows.c.due_at <= now, in_term)


def _first_line(rows: Any, *, after: ColumnElement[Any]) -> Select[tuple[str | None]]:  # noqa: ANN401
    in_lane = and_(rows.c.state == WAITING, rows.c.lane == bindparam("lane"))
    return select(func.min(rows.c.destination_id).label("id")).where(in_lane, rows.c.destination_id > after)


def _all_lines() -> Select[Any]:
    found = _first_line(deliveries, after=bindparam("after", type_=Text())).cte("found", recursive=True)
    following = _first_line(deliveries.alias("following"), after=found.c.id).scalar_subquery()
    found = found.union_all(select(following).where(found.c.id.is_not(None)))
    rows = deliveries.alias("first")
    first = select(func.min(rows.c.due_at)).where(
        rows.c.state == WAITING, rows.c.lane == bindparam("lane"), rows.c.destination_id == found.c.id
    )
    all_lines = select(found.c.id, first.scalar_subquery().label("first")).where(found.c.id.is_not(None))
    return all_lines.limit(bindparam("many", type_=Integer()))


@cache
def _due(dialect: str, *, removals_first: bool) -> Executable:
    """The heads of several lines in one statement: a correlated IN on SQLite, which has no LATERAL."""
    line = listed("lines", Text(), dialect).subquery("line")
    rows = deliveries.alias("head")
    heads = (
        select(rows.c.seq)
        .where(rows.c.lane == bindparam("lane"), rows.c.destination_id == line.c.value, may_go(rows))
        .order_by(*_order(rows, removals_first=removals_first))
        .limit(bindparam("each", type_=Integer()))
    )
    if dialect == "sqlite":
        found = line.join(deliveries, deliveries.c.seq.in_(heads.correlate(line)))
    else:
        few = heads.lateral("few")
        found = line.join(few, true()).join(deliveries, deliveries.c.seq == few.c.seq)
    return select(*DUE).select_from(found).order_by(*_order(deliveries, removals_first=removals_first))


def _order(rows: Any, *, removals_first: bool) -> list[ColumnElement[Any]]:  # noqa: ANN401
    return [*([rows.c.action != "withdraw"] if removals_first else []), rows.c.due_at, rows.c.seq]


_OLDEST = _all_lines()
_LINES = _OLDEST.with_only_columns(_OLDEST.selected_columns.id)
_LENGTHS = (
    select(deliveries.c.destination_id, func.count().label("many"))
    .where(deliveries.c.state == WAITING)
    .group_by(deliveries.c.destination_id)
)
_IN_FLIGHT = (
    select(deliveries.c.destination_id, deliveries.c.lane, func.count().label("many"))
    .where(deliveries.c.state == SENDING, deliveries.c.claim_token != bindparam("by"))
    .group_by(deliveries.c.destination_id, deliveries.c.lane)
)
