"""Which workers are alive but consume nothing, and does the clock stand still? Found from queues and signs of life.

Times are seconds of one steady clock, not the times that the signs carry: no clock that is set can make anybody silent.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from syndicate.ledger.beats import CLOCK
from syndicate.model.step import Lane

START_S = 60.0  # how long a worker may take to consume for the first time


class Silence:
    """Remembers since when each lane has had something to take at every look, and when each worker was last heard."""

    def __init__(self, *, bound_s: float) -> None:
        self._bound_s = bound_s
        self._signs: dict[str, datetime] = {}
        self._heard: dict[str, float] = {}
        self._busy_since: dict[str, float] = {}

    def look(
        self, *, depth: Mapping[Lane, int] | None, signs: Iterable[tuple[str, str, datetime]], ticks: float
    ) -> None:
        """See once more: messages by lane, None when the broker or the ledger is away; newest signs (lane, worker, at).

        A lane has something to take when messages wait in it, or when one of its workers has taken some lately; a clock
        always has something to do.
        """
        taking: set[str] = {CLOCK}
        for lane, worker, at in signs:
            if self._signs.get(worker) != at:
                self._signs[worker], self._heard[worker] = at, ticks
            if ticks - self._heard[worker] < self._bound_s / 2:
                taking.add(lane)
        busy = {lane for lane, many in depth.items() if many} | taking if depth is not None else set()
        self._busy_since = {lane: self._busy_since.get(lane, ticks) for lane in busy}

    def of(self, lane: str, worker: str, *, started: float, ticks: float) -> float | None:
        """For how long a worker has taken nothing though there was something all the while; None when that isn't so.

        Who has just started, and everybody when the broker has just come back, is given time.
        """
        heard = self._heard.get(worker, 0.0)
        silent_s = ticks - (heard if heard > started else started + START_S)
        busy_s = ticks - self._busy_since.get(lane, ticks)
        return silent_s if min(silent_s, busy_s) > self._bound_s else None
