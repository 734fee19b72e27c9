"""Lines: what waits for whom. Each destination has a line of its own in each lane, and nobody's is in anybody's way."""

from collections.abc import Collection, Sequence
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
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from syndicate.ledger.prepared import as_list, listed
from syndicate.ledger.tables import deliveries, health
from syndicate.model.delivery import Action
from syndicate.model.step import SENDING_LANES, Lane

# Written out and not as parameters, or the databases could not use the indexes of these rows only.
WAITING = literal_column("'waiting'", String())
SENDING = literal_column("'sending'", String())
FAILED = literal_column("'failed'", String())
SLOW = literal_column("'slow'", String())


class Line(NamedTuple):
    """A destination's line: its number in the indexes, and whose it is."""

    number: int
    destination_id: str


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


def lines(connection: Connection, lane: Lane, *, after: int = 0, limit: int) -> list[Line]:
    """The lines in which something waits in a lane, due or not, by their numbers, from `after` on.

    A skip scan: it costs as much as there are lines, however long they are.
    """
    rows = connection.execute(_lines(lane), {"after": after, "many": limit})
    return [Line(row.line, row.destination_id) for row in rows]


def lines_of(connection: Connection, destinations: Collection[str]) -> list[Line]:
    """The lines of these destinations."""
    wanted = select(health.c.line, health.c.destination_id).where(health.c.destination_id.in_(sorted(destinations)))
    return [Line(row.line, row.destination_id) for row in connection.execute(wanted)]


def due(connection: Connection, lane: Lane, wanted: Sequence[Line], *, now: datetime, each: int) -> list[Due]:
    """What may be sent now of these lines, at most `each` of one: in the order in which it was owed.

    Of retries those that are due, removals first, then what has waited longest.
    """
    if not wanted:
        return []
    numbers = as_list([line.number for line in wanted], connection)
    asked = {"lines": numbers, "now": now, "each": each}
    return [Due._make(row) for row in connection.execute(_due(connection.dialect.name, lane), asked)]


def oldest(connection: Connection, lane: Lane) -> dict[str, datetime]:
    """Since when, or until when, the first in each line of a lane waits: destination → due."""
    rows = connection.execute(_oldest(lane), {"after": 0, "many": 1_000_000})
    return {row.destination_id: row.first for row in rows}


def lengths(connection: Connection) -> dict[str, int]:
    """How many wait for each destination, in all lanes."""
    return {row.destination_id: row.many for row in connection.execute(_LENGTHS)}


def in_flight(connection: Connection, lanes: Sequence[Lane], *, but_by: str = "") -> dict[str, int]:
    """How many are being sent to each destination in these lanes, by others than who has this claim token."""
    found: dict[str, int] = {}
    for row in connection.execute(_IN_FLIGHT, {"by": but_by}):
        if row.lane in lanes:
            found[row.destination_id] = found.get(row.destination_id, 0) + row.many
    return found


def may_go(rows: Any) -> ColumnElement[bool]:  # noqa: ANN401 - the table or an alias of it
    """Of the rows of deliveries: those that may be sent at the moment that the parameter `now` says.

    First tries and removals are due at once, whatever the clock that wrote their time.
    """
    now = bindparam("now", type_=deliveries.c.due_at.type)
    in_term = or_(rows.c.expires_at.is_(None), rows.c.expires_at > now)
    return and_(rows.c.state == WAITING, or_(rows.c.lane != SLOW, rows.c.due_at <= now), in_term)


def waits_in(rows: Any, lane: Lane) -> ColumnElement[bool]:  # noqa: ANN401
    """Of the rows of deliveries: those that wait in a lane. Each lane has an index of these."""
    return and_(rows.c.state == WAITING, rows.c.lane == literal_column(f"'{lane}'", String()))


@cache
def _lines(lane: Lane) -> Select[Any]:
    def first_line(rows: Any, *, after: ColumnElement[Any]) -> Select[tuple[int | None]]:  # noqa: ANN401
        return select(func.min(rows.c.line).label("line")).where(waits_in(rows, lane), rows.c.line > after)

    found = first_line(deliveries, after=bindparam("after", type_=Integer())).cte("found", recursive=True)
    following = first_line(deliveries.alias("following"), after=found.c.line).scalar_subquery()
    found = found.union_all(select(following).where(found.c.line.is_not(None)))
    named = select(found.c.line, health.c.destination_id).join(health, health.c.line == found.c.line)
    return named.order_by(found.c.line).limit(bindparam("many", type_=Integer()))


@cache
def _oldest(lane: Lane) -> Select[Any]:
    """The lines, with when the first of each is due: of first tries the first that was owed, without a look further."""
    named, rows = _lines(lane), deliveries.alias("first")
    first = select(rows.c.due_at).where(waits_in(rows, lane), rows.c.line == named.selected_columns.line).limit(1)
    order = rows.c.due_at if lane == "slow" else rows.c.seq
    return named.add_columns(first.order_by(order).scalar_subquery().label("first"))


@cache
def _due(dialect: str, lane: Lane) -> Executable:
    """The heads of several lines in one statement: a correlated IN on SQLite, which has no LATERAL."""
    line = listed("lines", Integer(), dialect).subquery("line")
    rows = deliveries.alias("head")
    heads = (
        select(rows.c.seq)
        .where(waits_in(rows, lane), rows.c.line == line.c.value, may_go(rows))
        .order_by(*_order(rows, lane))
        .limit(bindparam("each", type_=Integer()))
    )
    if dialect == "sqlite":
        found = line.join(deliveries, deliveries.c.seq.in_(heads.correlate(line)))
    else:
        few = heads.lateral("few")
        found = line.join(few, true()).join(deliveries, deliveries.c.seq == few.c.seq)
    return select(*DUE).select_from(found).order_by(*_order(deliveries, lane))


def _order(rows: Any, lane: Lane) -> list[ColumnElement[Any]]:  # noqa: ANN401
    return [rows.c.action != "withdraw", rows.c.due_at, rows.c.seq] if lane == "slow" else [rows.c.seq]


_COUNTED = union_all(
    *(
        select(deliveries.c.line, func.count().label("many"))
        .where(waits_in(deliveries, lane))
        .group_by(deliveries.c.line)
        for lane in SENDING_LANES
    )
).subquery()
_LENGTHS = (
    select(health.c.destination_id, func.sum(_COUNTED.c.many).label("many"))
    .join(_COUNTED, _COUNTED.c.line == health.c.line)
    .group_by(health.c.destination_id)
)
_IN_FLIGHT = (
    select(func.min(deliveries.c.destination_id).label("destination_id"), deliveries.c.lane, func.count().label("many"))
    .where(deliveries.c.state == SENDING, deliveries.c.claim_token != bindparam("by"))
    .group_by(deliveries.c.line, deliveries.c.lane)
)
