"""Shows that a worker consumes: now and then while it works, be it at many short Steps or at a long one.

A Beat proves the same, but it stands in line behind whatever else its lane carries.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger(__name__)


class Pulse:
    """Calls `beat` every few seconds in which a Step was begun, ended or under way; never while there was none."""

    def __init__(self, beat: Callable[[], None], *, every_s: float) -> None:
        self._beat, self._every_s = beat, every_s
        self._at_work = False
        self._worked_at = 0.0
        threading.Thread(target=self._go_on, daemon=True).start()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While a Step is under way."""
        self._at_work = True
        try:
            yield
        finally:
            self._worked_at = time.monotonic()
            self._at_work = False

    def _go_on(self) -> None:
        told = time.monotonic()
        while True:
            time.sleep(self._every_s)
            if not self._at_work and self._worked_at < told:
                continue
            told = time.monotonic()
            try:
                self._beat()
            except Exception:
                log.exception("pulse.failed")  # a database that is away now may be back at the next beat
