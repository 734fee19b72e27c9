"""What the roles share: the Celery application, and the system that does the work, made once in each process."""

import os
from dataclasses import dataclass
from functools import cache

from celery import Celery, Task
from celery.signals import setup_logging, worker_process_shutdown

from syndicate.assemble import System, assemble_with_queue
from syndicate.dispatch.celery import make_app
from syndicate.dispatch.routes import TASKS
from syndicate.model.step import Lane, Step
from syndicate.monitor.logs import set_up_logs
from syndicate.settings import read_settings

app: Celery = make_app(lambda: read_settings().broker)


@dataclass(frozen=True)
class Role:
    """What tells one role's worker from another's: the lane it works for."""

    lane: Lane


def consume(kind: type[Step]) -> Task:
    """The task that performs one kind of Step; a role's module has a line for each kind that its lane carries."""

    def perform(**fields: object) -> None:
        _system_of(os.getpid()).perform(kind.model_validate(fields))

    return app.task(perform, name=TASKS[kind])


@cache
def _system_of(_process: int) -> System:
    """The system of this process: connections must not be shared over a fork, hence the process's id."""
    return assemble_with_queue(read_settings())


def run(role: Role, *, number: int = 1) -> None:
    """Work for a lane until told to stop."""
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


@worker_process_shutdown.connect(weak=False)  # type: ignore[untyped-decorator]
def _let_go(**_: object) -> None:
    _system_of(os.getpid()).close()
