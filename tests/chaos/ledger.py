"""What stands in the system's ledger, read by plain statements: the judge must not ask the code that it judges."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import text

from syndicate.ledger.database import Ledger

Row = Mapping[str, Any]


def deliveries(ledger: Ledger) -> Sequence[Row]:
    """Every delivery, in the order in which they were owed."""
    return _rows(ledger, "SELECT * FROM deliveries ORDER BY seq")


def attempts(ledger: Ledger) -> dict[str, list[Row]]:
    """Every try, by its delivery's id."""
    found: dict[str, list[Row]] = {}
    wanted = "SELECT attempts.*, deliveries.id FROM attempts JOIN deliveries ON deliveries.seq = attempts.delivery_seq"
    for row in _rows(ledger, f"{wanted} ORDER BY attempts.seq"):
        found.setdefault(row["id"], []).append(row)
    return found


def events(ledger: Ledger) -> dict[str, Row]:
    """Every event that was taken in, by its id."""
    return {row["id"]: row for row in _rows(ledger, "SELECT * FROM events ORDER BY seq")}


def troubled(ledger: Ledger) -> frozenset[str]:
    """The destinations that fail, or are paused."""
    rows = _rows(ledger, "SELECT destination_id FROM health WHERE failing_since IS NOT NULL OR paused_at IS NOT NULL")
    return frozenset(row["destination_id"] for row in rows)


def paused(ledger: Ledger) -> list[str]:
    """The destinations to which nothing is sent until somebody looks."""
    return [row["destination_id"] for row in _rows(ledger, "SELECT * FROM health WHERE paused_at IS NOT NULL")]


def unfinished(ledger: Ledger, partners: Collection[str]) -> str:
    """What is under way still, for these partners or for any; empty: nothing."""
    states = _rows(
        ledger,
        "SELECT partner_id, state, count(*) AS many FROM deliveries WHERE state IN ('waiting', 'sending') "
        "AND destination_id NOT IN (SELECT destination_id FROM health WHERE paused_at IS NOT NULL) "
        "GROUP BY partner_id, state",
    )
    told = [f"{row['partner_id']}: {row['many']} {row['state']}" for row in states if row["partner_id"] in partners]
    unplanned = _rows(
        ledger,
        "SELECT count(*) AS many FROM articles WHERE planned_revision < head_revision OR plan_due_at IS NOT NULL",
    )
    unbuilt = _rows(ledger, "SELECT count(*) AS many FROM feeds WHERE built_seq < dirty_seq")
    told += [
        f"{rows[0]['many']} {what}" for rows, what in ((unplanned, "plans"), (unbuilt, "feeds")) if rows[0]["many"]
    ]
    rearming = _rows(ledger, "SELECT destination_id FROM health WHERE rearm_since IS NOT NULL")
    return ", ".join([*told, *(f"{row['destination_id']}: to rearm" for row in rearming)])


def _rows(ledger: Ledger, statement: str) -> list[Row]:
    with ledger.read() as connection:
        return [dict(row) for row in connection.execute(text(statement)).mappings()]
