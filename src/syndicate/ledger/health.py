"""How each destination is doing, by what came of the tries so far; and how much may be sent to it now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, Row, Select, bindparam, select, update

from syndicate.ledger.insert import insert_new
from syndicate.ledger.prepared import Prepared
from syndicate.ledger.tables import health
from syndicate.model.health import Health

_NAMES = tuple(field.name for field in fields(Health))
_COLUMNS = tuple(health.c[name] for name in _NAMES)
_TROUBLED = health.c.failing_since.is_not(None) | health.c.paused_at.is_not(None)


def ensure(connection: Connection, destinations: Iterable[str]) -> None:
    """Make sure that these destinations have a health."""
    insert_new(connection, health, [{"destination_id": name, **_WELL} for name in sorted(destinations)])


def count_owed(connection: Connection, many: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Count so many more deliveries that are owed to destinations: destination → (its line, the last number before).

    Their numbers are 1, 2, 3 ... without a gap: the rows are locked, and whoever counts next waits for us.
    """
    wanted = select(health.c.destination_id, health.c.line, health.c.owed)
    locked = wanted.where(health.c.destination_id.in_(sorted(many))).order_by(health.c.destination_id)
    found = {row.destination_id: (row.line, row.owed) for row in connection.execute(locked.with_for_update())}
    _COUNT.run(connection, [(name, owed + many[name]) for name, (_, owed) in sorted(found.items())])
    return found


def troubled(connection: Connection) -> dict[str, Health]:
    """The destinations that have failed since their last success, or are paused."""
    return {row.destination_id: _health(row) for row in connection.execute(_ALL_TROUBLED)}


def of(connection: Connection, destinations: Collection[str], *, lock: bool = False) -> dict[str, Health]:
    """The health of these; with `lock`, nobody else changes it until this transaction ends."""
    wanted = select(*_COLUMNS).where(health.c.destination_id.in_(sorted(destinations)))
    rows = wanted.order_by(health.c.destination_id)
    return {row.destination_id: _health(row) for row in connection.execute(rows.with_for_update() if lock else rows)}


def save(connection: Connection, changed: Iterable[Health]) -> None:
    """Write these down. The caller has locked them."""
    for one in changed:
        row = {name: getattr(one, name) for name in _NAMES[1:]}
        connection.execute(update(health).where(health.c.destination_id == one.destination_id).values(row))


def reserve(connection: Connection, destinations: Collection[str]) -> set[str]:
    """Have a few destinations to ourselves until this transaction ends, so that their places are counted right.

    Those that somebody else has now are left out. On SQLite there is but one writer, who has them all.
    """
    if connection.dialect.name == "sqlite":
        return set(destinations)
    return set(connection.scalars(_in_order(destinations).with_for_update(skip_locked=True)))


def hold(connection: Connection, destinations: Collection[str]) -> None:
    """Have destinations to ourselves until this transaction ends; waits for whoever has them now.

    Nothing is claimed for them meanwhile. On SQLite there is but one writer, who has them all.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(_in_order(destinations).with_for_update()).all()


def spent(connection: Connection, destinations: Collection[str]) -> dict[str, datetime | None]:
    """Until when the rates of these are used up."""
    wanted = select(health.c.destination_id, health.c.spent_until)
    rows = connection.execute(wanted.where(health.c.destination_id.in_(sorted(destinations))))
    return {row.destination_id: row.spent_until for row in rows}


def spend(connection: Connection, until: Mapping[str, datetime]) -> None:
    """Write down until when the rates of these are used up now."""
    for destination_id, moment in sorted(until.items()):
        row = update(health).where(health.c.destination_id == destination_id)
        connection.execute(row.values(spent_until=moment))


def to_rearm(connection: Connection, *, limit: int) -> list[Health]:
    """The destinations that are well again, and whose failures since then are to be looked at again."""
    wanted = select(*_COLUMNS).where(health.c.rearm_since.is_not(None)).limit(limit)
    return [_health(row) for row in connection.execute(wanted)]


def rearmed(connection: Connection, one: Health) -> None:
    """Note that this has been done, unless there is new cause for it."""
    row = update(health).where(health.c.destination_id == one.destination_id, health.c.rearm_since == one.rearm_since)
    connection.execute(row.values(rearm_since=None))


def fingerprints(connection: Connection) -> dict[str, str | None]:
    """What each destination's address and secrets were when we looked last."""
    rows = connection.execute(select(health.c.destination_id, health.c.fingerprint))
    return {row.destination_id: row.fingerprint for row in rows}


def destinations(connection: Connection) -> list[str]:
    """Every destination that was ever known."""
    return list(connection.scalars(select(health.c.destination_id).order_by(health.c.destination_id)))


def remember_fingerprint(connection: Connection, destination_id: str, fingerprint: str) -> None:
    """Note what they are now."""
    row = update(health).where(health.c.destination_id == destination_id)
    connection.execute(row.values(fingerprint=fingerprint))


def _in_order(destinations: Collection[str]) -> Select[tuple[str]]:
    """These, in the order in which everybody locks them, so that two transactions never wait for each other."""
    wanted = select(health.c.destination_id).where(health.c.destination_id.in_(sorted(destinations)))
    return wanted.order_by(health.c.destination_id)


def _health(row: Row[tuple[object, ...]]) -> Health:
    return Health(**row._mapping)


_COUNT = Prepared(
    lambda _: update(health).where(health.c.destination_id == bindparam("name")).values(owed=bindparam("owed_now")),
    *("name", "owed_now"),
)
_ALL_TROUBLED = select(*_COLUMNS).where(_TROUBLED)
_WELL = {"owed": 0, **{name: getattr(Health(""), name) for name in _NAMES[1:]}}
