"""The terms and addresses that things left under: every version of an agreement and a destination, kept for ever."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from syndicate.ledger import health
from syndicate.ledger.insert import insert_new, upsert
from syndicate.ledger.tables import agreements, destinations
from syndicate.model.partner import Destination, Partner
from syndicate.model.record import canonical_json, digest_of


def remember(connection: Connection, partners: Iterable[Partner], *, now: datetime) -> None:
    """Keep the agreements and destinations of these partners, where this version of them isn't kept yet."""
    for partner in partners:
        health.ensure(connection, map(partner.destination_id, partner.destinations))
        if partner.agreement:
            row = {
                "partner_id": partner.id,
                "version": partner.agreement.version,
                "document": partner.agreement.model_dump(mode="json"),
                "since": now,
            }
            insert_new(connection, agreements, row)
        for destination in partner.destinations:
            named = partner.destination_id(destination)
            if last_known_destination(connection, named) == destination:
                continue
            document = destination.model_dump(mode="json")
            row = {
                "id": named,
                "version": digest_of(canonical_json(document))[:12],
                "partner_id": partner.id,
                "document": document,
                "since": now,
            }
            upsert(connection, destinations, row, key=["id", "version"])  # a former version may be the newest again


def newest_destinations(connection: Connection, ids: Collection[str]) -> dict[str, Destination]:
    """The newest version of each of these destinations, by id."""
    wanted = select(destinations.c.id, destinations.c.document).where(destinations.c.id.in_(sorted(ids)))
    newest = {row.id: row.document for row in connection.execute(wanted.order_by(destinations.c.since))}
    return {destination_id: Destination.model_validate(document) for destination_id, document in newest.items()}


def last_known_destination(connection: Connection, destination_id: str) -> Destination | None:
    """The newest version of a destination, also of one that is gone from the configuration."""
    wanted = (
        select(destinations.c.document)
        .where(destinations.c.id == destination_id)
        .order_by(destinations.c.since.desc())
        .limit(1)
    )
    document = connection.scalar(wanted)
    return Destination.model_validate(document) if document else None
