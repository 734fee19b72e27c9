"""`syndicate up`: the whole system on one machine under one command."""

import contextlib
import fcntl
import os
import signal
import socket
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from syndicate.assemble import assemble_with_queue
from syndicate.cli import programs
from syndicate.cli.opening import plain_errors, settings_of
from syndicate.cli.silence import Silence
from syndicate.cli.supervise import Child, Program, Said, stop_all, wait_until_ready
from syndicate.dispatch.redis_server import NoRedis
from syndicate.ledger import beats
from syndicate.ledger.migrate import migrate
from syndicate.model.step import Lane
from syndicate.perform import worker_name
from syndicate.settings import Settings

START_TIMEOUT_S = 90.0
LOOKS = 12  # at the queues and the signs of life, while a worker becomes silent
MARKS: dict[Said, str] = {
    "started": "[cyan]·[/]",
    "ready": "[green]✓[/]",
    "silent": "[red]✗[/]",
    "exited": "[red]✗[/]",
    "stopping": "[cyan]·[/]",
    "stopped": "[green]✓[/]",
    "killed": "[red]✗[/]",
}


class CannotStart(RuntimeError):
    """Another `syndicate up` works in this data directory, or the port is taken; the message says what to do."""


class Supervisor:
    """Everything that runs, from `start` to `stop`. Raises `Invalid` when the configuration is wrong."""

    def __init__(self, settings: Settings, *, console: Console) -> None:
        self.settings = settings
        self.console = console
        self.stop_asked = threading.Event()
        self._system = assemble_with_queue(settings)
        self._redis: list[Child] = []
        self._children: list[Child] = []
        self._heard: list[tuple[str, Child]] = []  # whose signs of life we wait for, and in which lane
        self._silence = Silence(bound_s=settings.workers.silent_s)
        self._look_at = 0.0
        self._lock: TextIO | None = None

    def start(self) -> bool:
        """Start it all, in order; True when everything does its work. Raises `CannotStart`, `NoRedis`."""
        self._lock = _lock(self.settings.data_dir)
        _require_free(self.settings.web.host, self.settings.web.port)
        if not self.settings.broker_url:
            self._redis = [self._child(programs.redis(self.settings))]
            self._redis[0].start()
            if not wait_until_ready(self._redis, timeout_s=START_TIMEOUT_S, stop=self.stop_asked.is_set):
                return False
        ledger = self._system.ledger
        migrate(ledger)
        with ledger.write() as connection:
            beats.forget(connection, before=datetime.now(UTC))  # the workers of an earlier run are gone
        heard = [(beats.CLOCK, programs.clock(self.settings, ledger)), *programs.workers(self.settings, ledger)]
        self._heard = [(lane, self._child(program)) for lane, program in heard]
        (clock, *workers), web = [child for _, child in self._heard], self._child(programs.web(self.settings))
        self._children = [clock, web, *workers]
        for child in self._children:
            child.start()
        return wait_until_ready(self._children, timeout_s=START_TIMEOUT_S, stop=self.stop_asked.is_set)

    def keep_running(self) -> None:
        """Look after the processes until asked to stop."""
        while not self.stop_asked.wait(0.2):
            for child in (*self._redis, *self._children):
                child.look()
            if time.monotonic() >= self._look_at:
                self._replace_silent()
                self._look_at = time.monotonic() + self.settings.workers.silent_s / LOOKS

    def stop(self) -> None:
        """Stop everything: what makes work first, what does it next, the queue last."""
        started = time.monotonic()
        stop_all(self._children)
        stop_all(self._redis)
        self._system.close()
        if self._lock:
            self._lock.close()
        if self._children:
            self.console.print(
                f"stopped in {time.monotonic() - started:.1f} s; what is still owed stands in the ledger"
            )

    def _replace_silent(self) -> None:
        """Start again workers that run but take nothing from a queue that has something for them, and a still clock."""
        depth, signs = self._seen()
        ticks = time.monotonic()
        self._silence.look(depth=depth, signs=signs, ticks=ticks)
        for lane, child in self._heard:
            if child.process is None:
                continue
            silent_s = self._silence.of(lane, worker_name(child.process.pid), started=child.started_at, ticks=ticks)
            if silent_s is not None:
                child.replace(f"did nothing for {silent_s:.0f} s though there was something to do: killed")

    def _seen(self) -> tuple[Mapping[Lane, int] | None, list[tuple[str, str, datetime]]]:
        """What waits in each lane, and who was heard when; nothing of both while the ledger is away."""
        try:
            with self._system.ledger.read() as connection:
                signs = [(row.lane, row.worker, row.at) for row in beats.every(connection)]
        except SQLAlchemyError:
            return None, []
        return self._system.depth(), signs

    def _child(self, program: Program) -> Child:
        return Child(program, log_dir=self.settings.data_dir / "logs", tell=self._tell)

    def _tell(self, name: str, said: Said, detail: str) -> None:
        with contextlib.suppress(OSError):  # a console on a full disk, or one that is gone, must not stop the system
            self.console.print(f"{MARKS[said]} {name:<12} {said:<10} {detail}", highlight=False, soft_wrap=True)


def up(context: typer.Context) -> None:
    """Start the whole system on this machine: Redis, workers, clock and web. Ctrl-C stops it, in order.

    It goes on where it stopped: everything that is owed stands in the ledger.
    """
    with plain_errors():
        code = run(settings_of(context), console=Console())
    raise typer.Exit(code)


def run(settings: Settings, *, console: Console) -> int:
    """Run until Ctrl-C or TERM; 0 when it came up and stopped as asked, 1 when it could not start."""
    supervisor = Supervisor(settings, console=console)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: supervisor.stop_asked.set())
    try:
        if supervisor.start():
            console.print(f"[bold green]running[/]: {settings.web.base_url} · Ctrl-C stops it", highlight=False)
        elif not supervisor.stop_asked.is_set():
            console.print(
                f"[bold red]not everything is ready[/]: see {settings.data_dir / 'logs'}; it goes on trying",
                soft_wrap=True,
            )
        supervisor.keep_running()
    except (CannotStart, NoRedis) as error:
        console.print(f"[red]error[/]: {error}", highlight=False)
        return 1
    finally:
        supervisor.stop()
    return 0


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"can't listen on {host}:{port} ({error.strerror}): set another [web] port in syndicate.toml, "
                "or SYNDICATE_WEB__PORT"
            ) from None


def _lock(data_dir: Path) -> TextIO:
    """Make sure that we are alone in this data directory, for as long as we run."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (data_dir / "up.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        pid = lock.read().strip() or "unknown"
        lock.close()
        raise CannotStart(f"syndicate runs already in {data_dir} (pid {pid}); stop it first") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
