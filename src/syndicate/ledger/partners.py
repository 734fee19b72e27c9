"""The terms and addresses that things left under: every version of an agreement and a destination, kept for ever."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, select, update

from syndicate.ledger import health
from syndicate.ledger.insert import insert_new, upsert
from syndicate.ledger.tables import agreements, clearances, deliveries, destinations
from syndicate.model.agreement import Agreement
from syndicate.model.partner import Destination, Partner
from syndicate.model.record import canonical_json, digest_of

_A_MOMENT = timedelta(microseconds=1)


def remember(connection: Connection, partners: Collection[Partner], *, now: datetime) -> None:
    """Keep the agreements and destinations of these partners, where this version of them isn't kept yet."""
    if not partners:
        return
    agreed = [(partner.id, agreement) for partner in partners for agreement in partner.agreements]
    insert_new(
        connection,
        agreements,
        [
            {"partner_id": id, "version": one.version, "document": one.model_dump(mode="json"), "since": now}
            for id, one in agreed
        ],
    )
    remember_destinations(
        connection, {partner.destination_id(one): one for partner in partners for one in partner.destinations}, now=now
    )


def remember_destinations(connection: Connection, told: Mapping[str, Destination], *, now: datetime) -> None:
    """Keep these destinations, by id, where this version of them isn't the newest that is kept."""
    documents = {name: one.model_dump(mode="json") for name, one in told.items()}
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
        return all((partner.id, agreement.version) in kept for agreement in partner.agreements) and all(
            newest.get(partner.destination_id(one), ({},))[0] == one.model_dump(mode="json")
            for one in partner.destinations
        )

    return [partner for partner in partners if not is_known(partner)]


def hold(connection: Connection, ids: Collection[str]) -> None:
    """Have nobody else hold the agreements of these partners until this transaction ends. Always in the same order."""
    kept = select(agreements.c.version).where(agreements.c.partner_id.in_(sorted(ids)))
    connection.execute(kept.order_by(agreements.c.partner_id, agreements.c.version).with_for_update()).all()


def agreement(connection: Connection, partner_id: str, version: str) -> Agreement | None:
    """The agreement as it was when it had this version; None for the public, and for what was never kept."""
    wanted = select(agreements.c.document).where(agreements.c.partner_id == partner_id, agreements.c.version == version)
    document = connection.scalar(wanted) if version else None
    return Agreement.model_validate(document) if document else None


def terms_over(connection: Connection, removals: Collection[int]) -> dict[int, Agreement]:
    """Of removals, by `seq`, those that are owed because an agreement has ended: with that agreement."""
    answered = and_(
        clearances.c.article_id == deliveries.c.article_id,
        clearances.c.revision == deliveries.c.revision,
        clearances.c.audience == deliveries.c.partner_id,
        clearances.c.edition == deliveries.c.edition,
    )
    kept = and_(agreements.c.partner_id == clearances.c.audience, agreements.c.version == clearances.c.terms)
    wanted = select(deliveries.c.seq, agreements.c.document).join(clearances, answered).join(agreements, kept)
    wanted = wanted.where(deliveries.c.seq.in_(removals), clearances.c.rule == "term")
    return {row.seq: Agreement.model_validate(row.document) for row in connection.execute(wanted)}


def not_taken_up(connection: Connection, partners: Collection[Partner]) -> list[tuple[Partner, Agreement, bool]]:
    """The configured agreements that nothing has followed from yet, and whether former terms had the same number."""
    rows = connection.execute(select(agreements.c.partner_id, agreements.c.version, agreements.c.taken_up_at)).all()
    done = {(row.partner_id, row.version) for row in rows if row.taken_up_at is not None}
    new = [(one, terms) for one in partners for terms in one.agreements if (one.id, terms.version) not in done]
    wanted = select(agreements.c.partner_id, agreements.c.document).where(agreements.c.taken_up_at.is_not(None))
    ids = {partner.id for partner, _ in new}
    former = connection.execute(wanted.where(agreements.c.partner_id.in_(ids))) if ids else ()
    numbers = {(row.partner_id, row.document["number"]) for row in former}
    return [(partner, terms, (partner.id, terms.number) in numbers) for partner, terms in new]


def take_up(connection: Connection, partner_id: str, version: str, *, now: datetime) -> None:
    """Note that what follows from these terms by themselves is seen to."""
    these = and_(agreements.c.partner_id == partner_id, agreements.c.version == version)
    connection.execute(update(agreements).where(these).values(taken_up_at=now))


def newest_destinations(connection: Connection, ids: Collection[str]) -> dict[str, Destination]:
    """The newest version of each of these destinations, by id, also of those gone from the configuration."""
    return {name: Destination.model_validate(document) for name, (document, _) in _newest(connection, ids).items()}


def _newest(connection: Connection, ids: Collection[str]) -> dict[str, tuple[dict[str, Any], datetime]]:
    wanted = select(destinations.c.id, destinations.c.document, destinations.c.since)
    rows = connection.execute(wanted.where(destinations.c.id.in_(sorted(ids))).order_by(destinations.c.since))
    return {row.id: (row.document, row.since) for row in rows}
