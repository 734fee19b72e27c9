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


def run(*, file: str, many: int, ca: str = "", lane: Lane = "deliver", profile: str = "") -> Figures:
    """Send until `many` have been delivered, or nothing is left; what it took."""
    ledger = Ledger(f"sqlite:///{file}")
    wire = FanOut(secret={"bench": SECRET, "bench-ca": ca}.__getitem__)
    before = _delivered(ledger)
    memory.settle()
    stop = _Until(ledger, before + many)
    with _logging_to(Path(file).with_suffix(".log")), _profiled(profile):
        started, used = time.perf_counter(), time.process_time()
        around = Surroundings(clock=lambda: datetime.now(UTC), dice=random.random, stopping=stop.is_reached)
        deliver(ledger, lane=lane, wire=wire, policy=_policy(), around=around)
        took_s, cpu_s = time.perf_counter() - started, time.process_time() - used
    done = _delivered(ledger) - before
    wire.close()
    ledger.close()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"deliveries": done, "wall_s": took_s, "cpu_s": cpu_s, "peak_mb": peak_mb}


class _Until:
    """Asked at every turn, and looks into the ledger now and then only, so that asking costs nothing."""

    def __init__(self, ledger: Ledger, many: int) -> None:
        self._ledger, self._many, self._look_at = ledger, many, 0.0

    def is_reached(self) -> bool:
        if time.monotonic() < self._look_at:
            return False
        self._look_at = time.monotonic() + 0.25
        return _delivered(self._ledger) >= self._many


def _policy() -> DeliveryPolicy:
    patience, breaker = Patience(), Breaker()
    retry = RetryPolicy(
        first_wait_s=patience.first_wait_s,
        longest_wait_s=patience.longest_wait_s,
        give_up_after_s=patience.give_up_after_h * 3600,
    )
    lease = timedelta(seconds=60)
    return DeliveryPolicy(
        retry=retry, breaker=BreakerPolicy(**vars(breaker)), lease=lease, budget=timedelta(minutes=10)
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
