"""How is each destination doing? Its condition, what waits for it and since when, and what has failed."""

from datetime import datetime

from syndicate.ledger import backlog, health, lines
from syndicate.ledger.database import Ledger
from syndicate.model.feed import Directory
from syndicate.model.health import Condition, Health
from syndicate.model.record import Moment, Record
from syndicate.model.step import SENDING_LANES


class DestinationStatus(Record):
    """One destination. `oldest_due_s` is how long the first of what waits has been due; none when nothing is due."""

    id: str
    partner: str
    condition: Condition
    because: str
    since: Moment | None
    until: Moment | None
    waiting: int
    failed: int
    oldest_due_s: float | None


def destinations(ledger: Ledger, *, directory: Directory, now: datetime) -> list[DestinationStatus]:
    """Every destination that is configured, and every other one that something waits for or has failed for."""
    with ledger.read() as connection:
        troubled = health.troubled(connection)
        waiting = lines.lengths(connection)
        failed = backlog.failed_by_destination(connection)
        first: dict[str, datetime] = {}
        for lane in SENDING_LANES:
            for name, due_at in lines.oldest(connection, lane).items():
                first[name] = min(due_at, first.get(name, due_at))
    names = {partner.id: partner.name for partner in directory.partners}
    configured = [partner.destination_id(one) for partner in directory.partners for one in partner.destinations]
    every = list(dict.fromkeys([*configured, *sorted({*troubled, *waiting, *failed} - {*configured})]))
    return [
        _status(
            troubled.get(name) or Health(name),
            names.get(name.split("/")[0], name.split("/")[0]),
            waiting=waiting.get(name, 0),
            failed=failed.get(name, 0),
            oldest=first.get(name),
            now=now,
        )
        for name in every
    ]


def in_words(one: Health, now: datetime) -> str:
    """Why nothing, or little, is sent to it; empty when it is well."""
    match one.condition(now):
        case "paused":
            return f"paused: {one.paused_because}"
        case "resting" | "probing":
            return f"{one.faults} faults in a row: it is given a rest, then tried with one delivery"
        case "slow":
            return "it did not answer in time: the slow lane sends to it until it does"
        case "failing":
            return "it has failed since its last success"
        case _:
            return ""


def _status(
    one: Health, partner: str, *, waiting: int, failed: int, oldest: datetime | None, now: datetime
) -> DestinationStatus:
    condition = one.condition(now)
    return DestinationStatus(
        id=one.destination_id,
        partner=partner,
        condition=condition,
        because=in_words(one, now),
        since=one.paused_at or one.failing_since,
        until=one.open_until if condition == "resting" else None,
        waiting=waiting,
        failed=failed,
        oldest_due_s=(now - oldest).total_seconds() if oldest and oldest <= now else None,
    )
