"""The clock: sweeps the ledger for whatever is due, and asks every lane for a sign of life.

A loop of its own, not Celery's beat: what finds lost messages must not itself be a message. Two clocks are harmless.
"""

import signal
import threading
import time

import structlog

from syndicate.assemble import System, assemble_with_queue
from syndicate.monitor.logs import set_up_logs
from syndicate.settings import read_settings

log = structlog.get_logger(__name__)


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
    next_beat = 0.0
    while not stop.is_set():
        try:
            woken = system.sweep()
            if woken:
                log.info("clock.swept", woken=woken)
            if time.monotonic() >= next_beat:
                system.beat()
                if changed := system.notice_changes():
                    log.info("destinations.changed", destinations=changed)
                next_beat = time.monotonic() + workers.beat_every_s
        except Exception:
            log.exception("clock.failed")  # a database that is away now may be back at the next tick
        stop.wait(workers.sweep_every_s)
