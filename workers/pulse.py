"""Shows that a worker consumes: now and then while it works, be it at many short Steps or at a long one.

A Beat proves the same, but it stands in line behind whatever else its lane carries.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from syndicate.model.step import Lane

log = structlog.get_logger(__name__)


class Pulse:
    """Calls `beat` every few seconds in which a Step was begun, ended or under way; never while there was none."""

    def __init__(self, beat: Callable[[Lane], None], *, every_s: float) -> None:
        self._beat, self._every_s = beat, every_s
        self._lane: Lane | None = None
        self._worked: Lane | None = None
        self._over = threading.Event()
        threading.Thread(target=self._go_on, daemon=True).start()

    @contextmanager
    def at_work(self, lane: Lane) -> Iterator[None]:
        """While a Step of this lane is under way."""
        self._lane = lane
        try:
            yield
        finally:
            self._lane, self._worked = None, lane

    def close(self) -> None:
        """Call no more."""
        self._over.set()

    def _go_on(self) -> None:
        while not self._over.wait(self._every_s):
            lane, self._worked = self._lane or self._worked, None
            if lane is None:
                continue
            try:
                self._beat(lane)
            except Exception:
                log.exception("pulse.failed")  # a database that is away now may be back at the next beat
