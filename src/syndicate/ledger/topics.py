"""Topics: how far each feed has come, in each format. What a subscriber is sent is the newest version or nothing."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, Select, select

from syndicate.ledger.insert import upsert
from syndicate.ledger.tables import topics


def advance(connection: Connection, digests: Mapping[str, str], *, now: datetime) -> dict[str, int]:
    """Note the bytes that topics, by id, have now; tells the new version of each that has other bytes than before.

    Nobody else moves these on, and no older version comes to wait again, until this transaction ends.
    """
    wanted = select(topics.c.id, topics.c.version, topics.c.digest).where(topics.c.id.in_(sorted(digests)))
    known = {row.id: row for row in connection.execute(wanted.order_by(topics.c.id).with_for_update())}
    changed = {}
    for name, digest in sorted(digests.items()):
        former = known.get(name)
        if former is None or former.digest != digest:
            changed[name] = former.version + 1 if former else 1
            row = {"id": name, "version": changed[name], "digest": digest, "changed_at": now}
            upsert(connection, topics, row, key=["id"])
    return changed


def versions(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    """The version of each of these that has one."""
    rows = connection.execute(select(topics.c.id, topics.c.version).where(topics.c.id.in_(ids)))
    return {row.id: row.version for row in rows}


def hold(connection: Connection, ids: Collection[str] | Select[tuple[str]]) -> None:
    """Let nobody move these on until this transaction ends; others may hold them too."""
    wanted = select(topics.c.id).where(topics.c.id.in_(ids)).order_by(topics.c.id)
    connection.execute(wanted.with_for_update(read=True)).all()
