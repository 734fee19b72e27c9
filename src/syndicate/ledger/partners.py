"""The terms and addresses that things left under: every version of an agreement and a destination, kept for ever."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from syndicate.ledger import health
from syndicate.ledger.insert import insert_new, upsert
from syndicate.ledger.tables import agreements, destinations
from syndicate.model.partner import Agreement, Destination, Partner
from syndicate.model.record import canonical_json, digest_of

_A_MOMENT = timedelta(microseconds=1)


def remember(connection: Connection, partners: Collection[Partner], *, now: datetime) -> None:
    """Keep the agreements and destinations of these partners, where this version of them isn't kept yet."""
    if not partners:
        return
    agreed = [(partner.id, partner.agreement) for partner in partners if partner.agreement]
    insert_new(
        connection,
        agreements,
        [
            {"partner_id": id, "version": one.version, "document": one.model_dump(mode="json"), "since": now}
            for id, one in agreed
        ],
    )
    documents = {
        partner.destination_id(one): one.model_dump(mode="json") for partner in partners for one in partner.destinations
    }
    health.ensure(connection, documents)
    known = _newest(connection, documents)
    for name, document in documents.items():
        former, since = known.get(name, (None, None))
        if former == document:
            continue
        row = {
            "id": name,
            "version": digest_of(canonical_json(document))[:12],
            "partner_id": name.split("/", maxsplit=1)[0],
            "document": document,
            # after the former one, whatever our clock says: the newest is the one that is sent to
            "since": max(now, since + _A_MOMENT) if since else now,
        }
        upsert(connection, destinations, row, key=["id", "version"])  # a former version may be the newest again


def unknown(connection: Connection, partners: Collection[Partner]) -> list[Partner]:
    """Those of these whose agreement or destinations aren't kept as they are now."""
    kept = {
        (row.partner_id, row.version)
        for row in connection.execute(select(agreements.c.partner_id, agreements.c.version))
    }
    newest = _newest(connection, [partner.destination_id(one) for partner in partners for one in partner.destinations])

    def is_known(partner: Partner) -> bool:
        return (partner.agreement is None or (partner.id, partner.agreement.version) in kept) and all(
            newest.get(partner.destination_id(one), ({},))[0] == one.model_dump(mode="json")
            for one in partner.destinations
        )

    return [partner for partner in partners if not is_known(partner)]


def agreement(connection: Connection, partner_id: str, version: str) -> Agreement | None:
    """One version of a partner's agreement, if anything was ever decided under it."""
    wanted = select(agreements.c.document).where(agreements.c.partner_id == partner_id, agreements.c.version == version)
    found = connection.execute(wanted).scalar_one_or_none()
    return Agreement.model_validate(found) if found else None


def newest_destinations(connection: Connection, ids: Collection[str]) -> dict[str, Destination]:
    """The newest version of each of these destinations, by id, also of those gone from the configuration."""
    return {name: Destination.model_validate(document) for name, (document, _) in _newest(connection, ids).items()}


def _newest(connection: Connection, ids: Collection[str]) -> dict[str, tuple[dict[str, Any], datetime]]:
    wanted = select(destinations.c.id, destinations.c.document, destinations.c.since)
    rows = connection.execute(wanted.where(destinations.c.id.in_(sorted(ids))).order_by(destinations.c.since))
    return {row.id: (row.document, row.since) for row in rows}
