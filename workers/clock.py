"""The clock: sweeps the ledger for whatever is due, asks every lane for a sign of life, and prunes once a day.

A loop of its own, not Celery's beat: what finds lost messages must not itself be a message. Two clocks are harmless.
"""

import signal
import threading
import time
from datetime import timedelta
from itertools import islice

import structlog

from syndicate.assemble import System, assemble_with_queue
from syndicate.monitor.logs import set_up_logs
from syndicate.pipeline.prune import forget_fetches
from syndicate.settings import read_settings

log = structlog.get_logger(__name__)

A_DAY_S = 86_400.0
PRUNE_AT_ONCE = 10  # transactions between two sweeps, which must not have to wait


def run() -> None:
    """Tick until told to stop."""
    settings = read_settings()
    set_up_logs(settings.log_level)
    system = assemble_with_queue(settings)
    system.begin()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.info("clock.started", every_s=settings.workers.sweep_every_s)
    try:
        _tick(system, stop)
    finally:
        system.close()


def _tick(system: System, stop: threading.Event) -> None:
    workers = system.settings.workers
    next_beat = next_prune = 0.0
    newsroom = system.newsroom
    while not stop.is_set():
        try:
            if (current := system.newsroom) is not newsroom:
                system.begin()
                newsroom = current
            woken = system.sweep()
            if woken:
                log.info("clock.swept", woken=woken)
            if time.monotonic() >= next_beat:
                system.beat()
                if changed := system.notice_changes():
                    log.info("destinations.changed", destinations=changed)
                next_beat = time.monotonic() + workers.beat_every_s
            if time.monotonic() >= next_prune and _prune_some(system):
                next_prune = time.monotonic() + A_DAY_S
        except Exception:
            log.exception("clock.failed")  # a database that is away now may be back at the next tick
        stop.wait(workers.sweep_every_s)


def _prune_some(system: System) -> bool:
    """Drop some of what need not be kept; tells whether that was all."""
    parts = list(islice(system.prune(), PRUNE_AT_ONCE))
    keep = timedelta(days=system.settings.retention.fetches_days)
    forgotten = list(islice(forget_fetches(system.ledger, keep=keep), PRUNE_AT_ONCE))
    if parts or forgotten:
        many, size = sum(part.deliveries for part in parts), sum(part.bytes for part in parts)
        log.info("ledger.pruned", deliveries=many, bytes=size, fetches=sum(forgotten))
    return max(len(parts), len(forgotten)) < PRUNE_AT_ONCE
