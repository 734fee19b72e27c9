"""Whose turn is it? What a worker has seen waiting, line by line, and which of it may be sent now."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syndicate.ledger import health, lines
from syndicate.ledger.lines import Due, Line
from syndicate.model.health import Health
from syndicate.model.step import Lane
from syndicate.pipeline.breaker import places

MANY_LINES = 500  # looked into at once; the next look goes on behind them
MOST_AT_ONCE = 200  # deliveries to one destination, whatever it is set to
IN_A_ROW = 4  # from one line before it is the next one's turn: fewer of the database's pages are written for as many
SEEN_AT_ONCE = 2_000  # as many as are kept in mind: what waits beyond that costs disk, not memory


@dataclass(frozen=True)
class Room:
    """What there is room for at one moment: free places in the window, and all that bounds them.

    `places` are all of the window's, free or not. `flying` is what is under way to each destination in the lane's
    places, whoever sends it; `allowed` how many more a destination with a rate limit may get now. Only destinations
    whose `concurrency` is known are sent to.
    """

    places: int
    free: int
    flying: Mapping[str, int]
    allowed: Mapping[str, int]
    troubled: Mapping[str, Health]
    concurrency: Mapping[str, int]
    now: datetime


class Turns:
    """What waits for one lane's worker, as far as it has looked. Only a hint: a claim makes sure of each.

    Lines take turns, a few deliveries each, so that a partner with much to get holds up nobody else.
    """

    def __init__(self, lane: Lane, *, at_once: int = SEEN_AT_ONCE) -> None:
        self._lane: Lane = lane
        self._at_once = at_once
        self._seen: dict[str, deque[Due]] = {}
        self._next: deque[str] = deque()
        self._after = 0

    def __bool__(self) -> bool:
        return bool(self._seen)

    @property
    def is_midway(self) -> bool:
        """Whether there may be more lines, behind those that the last look has seen."""
        return self._after > 0

    def look(self, connection: Connection, *, now: datetime) -> None:
        """See anew what waits. Where there are very many lines, the next look goes on where this one ended."""
        seen: dict[str, deque[Due]] = {}
        for lane, wanted in self._lines(connection):
            each = max(1, self._at_once // max(1, len(wanted)))
            for due in lines.due(connection, lane, wanted, now=now, each=each):
                line = seen.get(due.destination_id)
                if line is None:
                    line = seen[due.destination_id] = deque()
                line.append(due)
        self._seen, self._next = seen, deque(seen)

    def destinations(self) -> set[str]:
        """Whose lines we have seen something in."""
        return set(self._seen)

    def take(self, room: Room) -> list[Due]:
        """As many as there is room for, first one for each line whose destination is being sent nothing.

        Half of the places are for these alone: so however many hang, and whatever waits for them, the others find one.
        """
        taken: list[Due] = []
        self._take_in_turn(taken, room, many=room.free, share=1)
        self._take_in_turn(taken, room, many=room.free - room.places // 2, share=MOST_AT_ONCE)
        self._forget_empty()
        return taken

    def _take_in_turn(self, taken: list[Due], room: Room, *, many: int, share: int) -> None:
        """Take more, up to `many` in all, a few of each line in turn, with at most `share` under way to one of them."""
        went = Counter(due.destination_id for due in taken)
        left: dict[str, int] = {}
        passed = 0  # lines in a row that give nothing
        while len(taken) < many and passed < len(self._next):
            name = self._next[0]
            self._next.rotate(-1)
            line = self._seen[name]
            if name not in left:
                some = share - room.flying.get(name, 0) - went[name]
                left[name] = min(some, _left(line, self._lane, room) - went[name]) if line and some > 0 else 0
            some = min(left[name], many - len(taken), len(line), IN_A_ROW)
            passed = 0 if some > 0 else passed + 1
            for _ in range(some):
                taken.append(line.popleft())
                left[name] -= 1

    def _forget_empty(self) -> None:
        empty = [name for name, line in self._seen.items() if not line]
        if empty:
            for name in empty:
                del self._seen[name]
            self._next = deque(name for name in self._next if name in self._seen)

    def _lines(self, connection: Connection) -> list[tuple[Lane, list[Line]]]:
        """Which lines to look into. The slow lane's worker sees to the first tries of destinations that aren't well."""
        found = lines.lines(connection, self._lane, after=self._after, limit=MANY_LINES)
        self._after = found[-1].number if len(found) == MANY_LINES else 0
        troubled = health.troubled(connection)
        if self._lane == "deliver":
            well = [line for line in found if _is_well(troubled.get(line.destination_id))]
            return [("deliver", well)]
        if self._lane == "slow":
            unwell = [name for name, one in troubled.items() if not one.is_well and not one.paused_at]
            return [("slow", found), ("deliver", lines.lines_of(connection, unwell) if unwell else [])]
        return [(self._lane, found)]


def is_work(connection: Connection, lane: Lane, *, now: datetime) -> bool:
    """Whether there is anything that a lane's worker could send."""
    turns = Turns(lane, at_once=1)
    flying = lines.in_flight(connection, lanes_with_places_of(lane))
    troubled = health.troubled(connection)
    while True:
        turns.look(connection, now=now)
        concurrency = dict.fromkeys(turns.destinations(), MOST_AT_ONCE)
        room = Room(places=1, free=1, flying=flying, allowed={}, troubled=troubled, concurrency=concurrency, now=now)
        if turns.take(room):
            return True
        if not turns.is_midway:
            return False


def lanes_with_places_of(lane: Lane) -> tuple[Lane, ...]:
    """The lanes that share a destination's places. Removals have places of their own."""
    return ("retract",) if lane == "retract" else ("deliver", "slow")


def _is_well(one: Health | None) -> bool:
    return one is None or one.is_well


def _left(line: Sequence[Due], lane: Lane, room: Room) -> int:
    """How many of a line may go now."""
    name = line[0].destination_id
    if name not in room.concurrency:
        return 0
    if lane == "retract":  # neither pause nor rate nor breaker holds up a removal's first try
        return room.concurrency[name] - room.flying.get(name, 0)
    free = _places(line, lane, room) - room.flying.get(name, 0)
    return min(free, room.allowed[name]) if name in room.allowed else free


def _places(line: Sequence[Due], lane: Lane, room: Room) -> int:
    name = line[0].destination_id
    one = room.troubled.get(name)
    if one is None or one.is_well:
        return room.concurrency[name] if lane == line[0].lane else 0
    if lane == "deliver":
        return 0
    some = places(one, concurrency=room.concurrency[name], now=room.now)
    removals = sum(due.action == "withdraw" for due in line)  # they stand first
    return min(some, removals) if one.paused_at else some
