"""Whose turn is it? What a worker has seen waiting, line by line, and which of it may be sent now."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syndicate.ledger import health, lines
from syndicate.ledger.lines import Due
from syndicate.model.health import Health
from syndicate.model.step import Lane
from syndicate.pipeline.breaker import places

MANY_LINES = 500  # looked into at once; the next look goes on behind them
MOST_AT_ONCE = 200  # deliveries to one destination, whatever it is set to
SEEN_AT_ONCE = 2_000  # as many as are kept in mind: what waits beyond that costs disk, not memory


@dataclass(frozen=True)
class Room:
    """What there is room for at one moment: free places in the window, and all that bounds them.

    `flying` is what is under way to each destination in each lane, whoever sends it; `allowed` how many more a
    destination with a rate limit may get now; both are counted on by `Turns.take`. Only destinations whose
    `concurrency` is known are sent to.
    """

    free: int
    flying: Counter[tuple[str, Lane]]
    allowed: dict[str, int]
    troubled: Mapping[str, Health]
    concurrency: Mapping[str, int]
    now: datetime


class Turns:
    """What waits for one lane's worker, as far as it has looked. Only a hint: a claim makes sure of each.

    Lines take turns, one delivery each, so that a partner with much to get holds up nobody else.
    """

    def __init__(self, lane: Lane, *, at_once: int = SEEN_AT_ONCE) -> None:
        self._lane: Lane = lane
        self._at_once = at_once
        self._seen: dict[str, deque[Due]] = {}
        self._after = ""

    def __len__(self) -> int:
        return sum(map(len, self._seen.values()))

    def look(self, connection: Connection, *, now: datetime) -> None:
        """See anew what waits. Where there are very many lines, the next look goes on where this one ended."""
        self._seen = {}
        for lane, wanted in self._lines(connection):
            each = max(1, self._at_once // max(1, len(wanted)))
            for due in lines.due(connection, lane, wanted, now=now, each=each) if wanted else []:
                self._seen.setdefault(due.destination_id, deque()).append(due)

    def destinations(self) -> set[str]:
        """Whose lines we have seen something in."""
        return set(self._seen)

    def take(self, room: Room) -> list[Due]:
        """As many as there is room for, each line's in turn; never two of one article for one destination."""
        taken: list[Due] = []
        while len(taken) < room.free:
            before = len(taken)
            self._go_round(room, taken)
            if len(taken) == before:
                break
        return list({(due.article_id, due.destination_id): due for due in reversed(taken)}.values())[::-1]

    def _lines(self, connection: Connection) -> list[tuple[Lane, list[str]]]:
        """Which lines to look into. The slow lane's worker sees to the first tries of destinations that aren't well."""
        found = lines.lines(connection, self._lane, after=self._after, limit=MANY_LINES)
        self._after = found[-1] if len(found) == MANY_LINES else ""
        troubled = health.troubled(connection)
        if self._lane == "deliver":
            return [("deliver", [name for name in found if name not in troubled or troubled[name].is_well])]
        if self._lane == "slow":
            unwell = [name for name, one in troubled.items() if not one.is_well and not one.paused_at]
            return [("slow", found), ("deliver", unwell)]
        return [(self._lane, found)]

    def _go_round(self, room: Room, taken: list[Due]) -> None:
        """Take the first of every line that has a place for it."""
        for name, line in list(self._seen.items()):
            if len(taken) >= room.free:
                return
            due = line[0]
            if not _has_place(due, self._lane, room):
                continue
            taken.append(due)
            room.flying[name, due.lane] += 1
            if name in room.allowed:
                room.allowed[name] -= 1
            line.popleft()
            if not line:
                del self._seen[name]


def is_work(connection: Connection, lane: Lane, *, now: datetime) -> bool:
    """Whether there is anything that a lane's worker could send."""
    turns = Turns(lane, at_once=1)
    turns.look(connection, now=now)
    room = Room(
        free=1,
        flying=lines.in_flight(connection),
        allowed={},
        troubled=health.troubled(connection),
        concurrency=dict.fromkeys(turns.destinations(), MOST_AT_ONCE),
        now=now,
    )
    return bool(turns.take(room))


def _has_place(due: Due, lane: Lane, room: Room) -> bool:
    name = due.destination_id
    if name not in room.concurrency:
        return False
    if lane == "retract":  # removals have places of their own, and neither pause nor rate nor breaker holds them up
        return room.flying[name, "retract"] < room.concurrency[name]
    under_way = room.flying[name, "deliver"] + room.flying[name, "slow"]
    return under_way < _places(due, lane, room) and room.allowed.get(name, 1) > 0


def _places(due: Due, lane: Lane, room: Room) -> int:
    concurrency = room.concurrency[due.destination_id]
    one = room.troubled.get(due.destination_id)
    if one is None or one.is_well:
        return concurrency if lane == due.lane else 0
    if lane == "deliver" or (one.paused_at and due.action != "withdraw"):
        return 0
    return places(one, concurrency=concurrency, now=room.now)
