"""Notices destinations whose address or secrets have changed: what failed because of them may work now."""

from collections.abc import Mapping
from datetime import UTC, datetime

from syndicate.ledger import health
from syndicate.ledger.database import Ledger, database_time
from syndicate.model.health import Health
from syndicate.pipeline.breaker import resumed

OF_ADDRESS = 32  # so many digits of a fingerprint, the first, are of the address alone
EVER = datetime(1970, 1, 1, tzinfo=UTC)


def notice_changes(ledger: Ledger, fingerprints: Mapping[str, str]) -> list[str]:
    """Where a destination's fingerprint is another than before: what failed waits again, and it is sent to anew.

    A fingerprint is a digest of the destination's settings and secrets, which says nothing about them. A pause that a
    person asked for stays, and the partner's own (410) too, unless it is at another address. Tells which have changed.
    """
    with ledger.read() as connection:
        known = health.fingerprints(connection)
    new = {name: told for name, told in fingerprints.items() if known.get(name) != told}
    if not new:
        return []
    changed = [name for name in new if known.get(name)]
    with ledger.write() as connection:
        health.ensure(connection, new)
        now = database_time(connection)
        for one in health.of(connection, new, lock=True).values():
            before, told = known.get(one.destination_id), new[one.destination_id]
            health.remember_fingerprint(connection, one.destination_id, told)
            if before and not _stays_paused(one, before, told):
                health.save(connection, [resumed(one, now=now, since=EVER)])
    return changed


def _stays_paused(one: Health, before: str, told: str) -> bool:
    is_elsewhere = before[:OF_ADDRESS] != told[:OF_ADDRESS]
    return one.paused_by == "person" or (one.paused_by == "partner" and not is_elsewhere)
