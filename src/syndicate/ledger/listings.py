"""The source list, edition by edition: what was imported, which edition counts, and who is on it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Row, and_, insert, select, update

from syndicate.ledger.tables import articles, deliveries, destinations, source_editions, source_units
from syndicate.model.listing import Edition, Listing, Unit, folded
from syndicate.model.record import canonical_json, digest_of


@dataclass(frozen=True)
class Imported:
    """An edition as it is remembered. `counted_at` is when live articles were to be decided by it."""

    seq: int
    name: str
    starts: date
    starts_at: datetime
    units: int
    digest: str
    by: str
    imported_at: datetime
    counted_at: datetime | None


def sent_to(connection: Connection, partner_ids: Collection[str]) -> list[str]:
    """The articles that aren't withdrawn and of which anything was ever owed to one of these partners."""
    theirs = select(destinations.c.id).where(destinations.c.partner_id.in_(partner_ids))
    owed = select(deliveries.c.article_id).where(deliveries.c.destination_id.in_(theirs))
    wanted = select(articles.c.id).where(articles.c.withdrawn.is_(False), articles.c.id.in_(owed))
    return list(connection.scalars(wanted.order_by(articles.c.id))) if partner_ids else []


def digest(edition: Edition) -> str:
    """What tells an edition from another of its name: its first day, and its units in whatever order."""
    units = sorted([unit.name, *unit.further] for unit in edition.units)
    return digest_of(canonical_json([edition.starts.isoformat(), units]))


def add(connection: Connection, edition: Edition, *, starts_at: datetime, by: str, now: datetime) -> None:
    """Write down a new edition with its units."""
    told = {
        "name": edition.name,
        "starts": edition.starts,
        "starts_at": starts_at,
        "units": len(edition.units),
        "digest": digest(edition),
        "by": by,
        "imported_at": now,
    }
    seq = connection.scalar(insert(source_editions).values(told).returning(source_editions.c.seq))
    units = [
        {"edition_seq": seq, "folded": unit.folded, "name": unit.name, "place": place, "further": list(unit.further)}
        for place, unit in enumerate(edition.units, start=1)
    ]
    connection.execute(insert(source_units), units)


def find(connection: Connection, name: str) -> Imported | None:
    """An edition by its name."""
    row = connection.execute(select(source_editions).where(source_editions.c.name == name)).one_or_none()
    return _imported(row) if row else None


def every(connection: Connection) -> Sequence[Imported]:
    """Every edition there is, in the order in which they count: of two with one first day, the later imported."""
    rows = connection.execute(select(source_editions).order_by(source_editions.c.starts_at, source_editions.c.seq))
    return [_imported(row) for row in rows]


def in_force(connection: Connection, *, asked: Collection[str], now: datetime) -> Listing | None:
    """The edition that counts now, with those of the names asked about that are on it; None when there is none yet."""
    newest = select(source_editions.c.seq, source_editions.c.name, source_editions.c.starts)
    newest = newest.where(source_editions.c.starts_at <= now)
    counts = newest.order_by(source_editions.c.starts_at.desc(), source_editions.c.seq.desc()).limit(1).subquery()
    is_on_it = and_(source_units.c.edition_seq == counts.c.seq, source_units.c.folded.in_({*map(folded, asked)}))
    wanted = select(counts.c.name, counts.c.starts, source_units.c.folded)
    rows = connection.execute(wanted.select_from(counts.outerjoin(source_units, is_on_it))).all()
    if not rows:
        return None
    listed = frozenset(row.folded for row in rows if row.folded)
    return Listing(edition=rows[0].name, starts=rows[0].starts, listed=listed)


def units(connection: Connection, edition: Imported) -> dict[str, Unit]:
    """The units of an edition in its order, by their folded names."""
    wanted = select(source_units).where(source_units.c.edition_seq == edition.seq).order_by(source_units.c.place)
    return {row.folded: Unit(name=row.name, further=tuple(row.further)) for row in connection.execute(wanted)}


def editions_with(connection: Connection, name: str) -> list[tuple[Imported, Unit | None]]:
    """Every edition, and the unit of this name that is on it, if it is."""
    editions = every(connection)
    wanted = select(source_units.c.edition_seq, source_units.c.name, source_units.c.further)
    wanted = wanted.where(source_units.c.edition_seq.in_([edition.seq for edition in editions]))
    rows = connection.execute(wanted.where(source_units.c.folded == folded(name)))
    found = {row.edition_seq: Unit(name=row.name, further=tuple(row.further)) for row in rows}
    return [(edition, found.get(edition.seq)) for edition in editions]


def uncounted(connection: Connection, *, now: datetime) -> list[int]:
    """The editions, by `seq`, whose day has come, and by which live articles weren't decided yet."""
    editions = source_editions.c
    wanted = select(editions.seq).where(editions.starts_at <= now, editions.counted_at.is_(None))
    return list(connection.scalars(wanted))


def counted(connection: Connection, seqs: Collection[int], *, now: datetime) -> None:
    """Note that live articles are to be decided by these from now on."""
    connection.execute(update(source_editions).where(source_editions.c.seq.in_(seqs)).values(counted_at=now))


def _imported(row: Row[tuple[object, ...]]) -> Imported:
    return Imported(**row._mapping)
