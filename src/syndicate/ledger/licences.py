"""The licences that things left under: every version that was ever used, kept for ever."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from syndicate.ledger.insert import insert_new
from syndicate.ledger.tables import licences
from syndicate.model.licence import Licence


class Kept(NamedTuple):
    """One version, and since when it has been used."""

    licence: Licence
    since: datetime


def remember(connection: Connection, licence: Licence | None, *, now: datetime) -> None:
    """Keep this licence, where this version of it isn't kept yet."""
    if licence is None:
        return
    row = {"version": licence.version, "document": licence.model_dump(mode="json"), "since": now}
    insert_new(connection, licences, row)


def unknown(connection: Connection, licence: Licence | None) -> Licence | None:
    """This licence, if this version of it isn't kept."""
    return licence if licence and not find(connection, licence.version) else None


def find(connection: Connection, version: str) -> Kept | None:
    """The licence of this version, if anything ever left under it."""
    found = connection.execute(
        select(licences.c.document, licences.c.since).where(licences.c.version == version)
    ).one_or_none()
    return Kept(Licence.model_validate(found.document), found.since) if found else None


def every(connection: Connection) -> list[Kept]:
    """All versions, the oldest first."""
    rows = connection.execute(select(licences.c.document, licences.c.since).order_by(licences.c.since))
    return [Kept(Licence.model_validate(row.document), row.since) for row in rows]
