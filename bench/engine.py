"""The engine as it is, in one process: claims, fence, signatures, libcurl, every attempt committed and logged."""

import random
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bench.ledger import SECRET
from syndicate.ledger.database import Ledger
from syndicate.ledger.tables import attempts
from syndicate.model.step import Lane
from syndicate.monitor.logs import set_up_logs
from syndicate.pipeline.breaker import BreakerPolicy
from syndicate.pipeline.deliver import deliver
from syndicate.pipeline.record import DeliveryPolicy
from syndicate.pipeline.retry import RetryPolicy
from syndicate.pipeline.window import Surroundings
from syndicate.settings import Breaker, Patience
from syndicate.transports.fan_out import FanOut
from workers import memory

Figures = dict[str, float]


def run(*, file: str, many: int, warm: int = 0, ca: str = "", lane: Lane = "deliver", profile: str = "") -> Figures:
    """Send until `many` have been delivered, or nothing is left; what it took, from when `warm` had been delivered."""
    ledger = Ledger(f"sqlite:///{file}")
    wire = FanOut(secret={"bench": SECRET, "bench-ca": ca}.__getitem__)
    memory.settle()
    watch = _Watch(ledger, since=warm, until=many)
    with _logging_to(Path(file).with_suffix(".log")), _profiled(profile):
        around = Surroundings(clock=lambda: datetime.now(UTC), dice=random.random, stopping=watch.is_over)
        deliver(ledger, lane=lane, wire=wire, policy=_policy(), around=around)
        figures = watch.figures()
    if _delivered(ledger) < many:
        raise RuntimeError(f"it stopped at {_delivered(ledger)} of {many}")
    wire.close()
    ledger.close()
    return figures | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


class _Watch:
    """Asked at every turn, and once warm looks into the ledger now and then only, so that asking costs nothing."""

    def __init__(self, ledger: Ledger, *, since: int, until: int) -> None:
        self._ledger, self._since, self._until = ledger, since, until
        self._look_at, self._over = 0.0, False
        self._begin()

    def is_over(self) -> bool:
        if self._over or time.monotonic() < self._look_at:
            return self._over
        done = _delivered(self._ledger)
        if self._begun < self._since <= done:
            self._begin()
        self._look_at = time.monotonic() + 0.25 * (done >= self._since)
        self._over = done >= self._until
        return self._over

    def figures(self) -> Figures:
        took_s, cpu_s = time.perf_counter() - self._started, time.process_time() - self._used
        return {"deliveries": _delivered(self._ledger) - self._begun, "wall_s": took_s, "cpu_s": cpu_s}

    def _begin(self) -> None:
        self._begun = _delivered(self._ledger)
        self._started, self._used = time.perf_counter(), time.process_time()


def _policy() -> DeliveryPolicy:
    patience, breaker = Patience(), Breaker()
    retry = RetryPolicy(
        first_wait_s=patience.first_wait_s,
        longest_wait_s=patience.longest_wait_s,
        give_up_after_s=patience.give_up_after_h * 3600,
    )
    lease = timedelta(seconds=60)
    return DeliveryPolicy(
        retry=retry,
        breaker=BreakerPolicy(**vars(breaker)),
        verify_within=timedelta(hours=24),
        lease=lease,
        budget=timedelta(minutes=10),
    )


def _delivered(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(attempts)) or 0)


@contextmanager
def _logging_to(file: Path) -> Iterator[None]:
    """Log as a worker does, into a file."""
    with file.open("w", encoding="utf-8") as output, redirect_stdout(output):
        set_up_logs("INFO")
        yield


@contextmanager
def _profiled(file: str) -> Iterator[None]:
    if not file:
        yield
        return
    import cProfile

    with cProfile.Profile() as profile:
        yield
    profile.dump_stats(file)
