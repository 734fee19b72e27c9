"""What the roles share: the Celery application, and the system that does the work, made once in each process."""

import mmap
import os
from dataclasses import dataclass
from functools import cache

from celery import Celery, Task
from celery.signals import setup_logging, worker_process_init, worker_process_shutdown, worker_shutting_down

from syndicate.assemble import System, assemble_with_queue
from syndicate.dispatch.celery import make_app
from syndicate.dispatch.routes import TASKS, lane_of
from syndicate.model.step import Beat, Lane, Step
from syndicate.monitor.logs import set_up_logs
from syndicate.settings import read_settings
from workers import memory
from workers.pulse import Pulse

app: Celery = make_app(lambda: read_settings().broker)


@dataclass(frozen=True)
class Role:
    """What tells one role's worker from another's: the lane it works for."""

    lane: Lane


def consume(kind: type[Step]) -> Task:
    """The task that performs one kind of Step; a role's module has a line for each kind that its lane carries."""

    def perform(**fields: object) -> None:
        step = kind.model_validate(fields)
        with _pulse_of(os.getpid()).at_work(lane_of(step)):
            _system_of(os.getpid()).perform(step)

    return app.task(perform, name=TASKS[kind])


@cache
def _system_of(_process: int) -> System:
    """The system of this process: connections must not be shared over a fork, hence the process's id."""
    return assemble_with_queue(read_settings(), stopping=lambda: _shared_byte()[0] != 0)


@cache
def _pulse_of(process: int) -> Pulse:
    system = _system_of(process)
    return Pulse(lambda lane: system.perform(Beat(lane=lane)), every_s=system.settings.workers.beat_every_s)


@cache
def _shared_byte() -> mmap.mmap:
    """By which Celery's parent tells its child that they are to stop. Whoever is forked later shares it."""
    return mmap.mmap(-1, 1)


def run(role: Role, *, number: int = 1) -> None:
    """Work for a lane until told to stop."""
    _shared_byte()
    app.worker_main(
        [
            "worker",
            f"--queues={role.lane}",
            "--pool=prefork",  # measured: it alone stops cleanly and gives back
            "--concurrency=1",
            f"--hostname={role.lane}{number}@%h",
            "--loglevel=INFO",
            "--without-gossip",
            "--without-mingle",
        ]
    )


@setup_logging.connect(weak=False)  # type: ignore[untyped-decorator]
def _log_our_way(**_: object) -> None:
    set_up_logs(read_settings().log_level)


@worker_shutting_down.connect(weak=False)  # type: ignore[untyped-decorator]
def _tell_the_child(**_: object) -> None:
    _shared_byte()[0] = 1


@worker_process_init.connect(weak=False)  # type: ignore[untyped-decorator]
def _settle(**_: object) -> None:
    memory.settle()


@worker_process_shutdown.connect(weak=False)  # type: ignore[untyped-decorator]
def _let_go(**_: object) -> None:
    _pulse_of(os.getpid()).close()
    _system_of(os.getpid()).close()
