"""Signs of life: a lane is alive when its worker *consumes*, which a ping does not prove; a clock, when it sweeps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, Row, delete, select

from syndicate.ledger.insert import upsert
from syndicate.ledger.tables import beats
from syndicate.model.step import Lane

CLOCK: Final = "clock"  # stands in a lane's place: what a clock does, it takes from no queue


def beat(connection: Connection, lane: Lane | Literal["clock"], worker: str, *, now: datetime) -> None:
    """Note that a worker has just taken something from its lane, or that a clock has swept."""
    upsert(connection, beats, {"lane": lane, "worker": worker, "at": now}, key=["lane", "worker"])


def forget(connection: Connection, *, before: datetime) -> None:
    """Drop workers that have not been heard of for long."""
    connection.execute(delete(beats).where(beats.c.at < before))


def every(connection: Connection) -> Sequence[Row[tuple[object, ...]]]:
    """Who was last heard of when: `lane worker at`."""
    return connection.execute(select(beats).order_by(beats.c.lane, beats.c.worker)).all()
