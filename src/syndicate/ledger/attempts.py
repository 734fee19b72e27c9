"""Every try at a delivery, only ever added to; and what the partner gave back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, func, insert, select

from syndicate.ledger.claims import Claim
from syndicate.ledger.insert import upserting
from syndicate.ledger.prepared import Prepared
from syndicate.ledger.tables import attempts, receipts
from syndicate.model.delivery import Outcome, OutcomeKind, Receipt


def _places(names: Sequence[str]) -> dict[str, BindParameter[Any]]:
    return {name: bindparam(name) for name in names}


_COLUMNS = ("delivery_seq", "number", "started_at", "duration_ms", "outcome", "status", "reason", "answer")
_ADD = Prepared(lambda _: insert(attempts).values(_places(_COLUMNS)), *_COLUMNS)

_OF_RECEIPTS = ("destination_id", "article_id", "delivery_seq", "remote_id", "remote_url", "received_at")
_KEEP = Prepared(
    lambda dialect: upserting(dialect, receipts, _places(_OF_RECEIPTS), key=_OF_RECEIPTS[:2]), *_OF_RECEIPTS
)


class Attempt(NamedTuple):
    """One try. `duration_ms` is unknown for a try nobody came back from."""

    claim: Claim
    outcome: Outcome
    duration_ms: int | None


def add(connection: Connection, tries: Sequence[Attempt]) -> None:
    """Record tries."""
    rows = [
        (
            claim.due.seq,
            claim.number,
            claim.claimed_at,
            duration_ms,
            outcome.kind,
            outcome.status,
            outcome.reason,
            outcome.answer,
        )
        for claim, outcome, duration_ms in tries
    ]
    _ADD.run(connection, rows)


def count(connection: Connection, delivery_seq: int, kind: OutcomeKind, *, since: datetime) -> int:
    """How many tries at a delivery, of those that began since then, have come out like this."""
    wanted = select(func.count()).where(attempts.c.delivery_seq == delivery_seq, attempts.c.outcome == kind)
    return int(connection.scalar(wanted.where(attempts.c.started_at >= since)) or 0)


def first_of(connection: Connection, seqs: Collection[int]) -> dict[int, datetime]:
    """When each of these deliveries, by `seq`, was tried first; those that never were are left out."""
    wanted = select(attempts.c.delivery_seq, func.min(attempts.c.started_at).label("first"))
    rows = connection.execute(wanted.where(attempts.c.delivery_seq.in_(seqs)).group_by(attempts.c.delivery_seq))
    return {row.delivery_seq: row.first for row in rows}


def keep_receipts(connection: Connection, tries: Sequence[Attempt], *, now: datetime) -> None:
    """Keep what the partners call their copies, as far as they said; what they said before is forgotten."""
    rows = [
        (claim.due.destination_id, claim.due.article_id, claim.due.seq, said.remote_id, said.remote_url, now)
        for claim, outcome, _ in tries
        if (said := outcome.receipt)
    ]
    _KEEP.run(connection, rows)


def receipts_of(connection: Connection, article_id: str) -> dict[str, tuple[int, Receipt]]:
    """What the partners call their copies of an article: destination → (`seq` of the delivery it answered, receipt)."""
    rows = connection.execute(select(receipts).where(receipts.c.article_id == article_id))
    return {row.destination_id: (row.delivery_seq, Receipt(row.remote_id, row.remote_url)) for row in rows}


def receipts_for(connection: Connection, claims: Collection[Claim]) -> dict[int, Receipt]:
    """The receipts that these deliveries should carry back to where they came from, by `seq`."""
    later = [claim.due for claim in claims if claim.due.action != "publish"]
    if not later:
        return {}
    wanted = select(receipts).where(receipts.c.article_id.in_({due.article_id for due in later}))
    known = {
        (row.destination_id, row.article_id): Receipt(row.remote_id, row.remote_url)
        for row in connection.execute(
            wanted.where(receipts.c.destination_id.in_({due.destination_id for due in later}))
        )
    }
    found = {due.seq: known.get((due.destination_id, due.article_id)) for due in later}
    return {seq: receipt for seq, receipt in found.items() if receipt}
