"""`syndicate up`: the whole system on one machine under one command."""

import fcntl
import http.client
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import typer
from rich.console import Console

from syndicate.cli.opening import plain_errors, settings_of
from syndicate.cli.supervise import Child, Program, Said, stop_all, wait_until_ready
from syndicate.configuration import read_newsroom
from syndicate.dispatch.redis_server import NoRedis, answers, find_redis_server
from syndicate.ledger import beats
from syndicate.ledger.database import Ledger
from syndicate.ledger.migrate import migrate
from syndicate.settings import Settings

START_TIMEOUT_S = 90.0
MARKS: dict[Said, str] = {
    "started": "[cyan]·[/]",
    "ready": "[green]✓[/]",
    "exited": "[red]✗[/]",
    "restarting": "[yellow]↻[/]",
    "stopping": "[cyan]·[/]",
    "stopped": "[green]✓[/]",
    "killed": "[red]✗[/]",
}


class CannotStart(RuntimeError):
    """Another `syndicate up` works in this data directory, or the port is taken; the message says what to do."""


class Supervisor:
    """Everything that runs, from `start` to `stop`. `tell` is told of every change."""

    def __init__(self, settings: Settings, *, console: Console) -> None:
        self.settings = settings
        self.console = console
        self.stop_asked = threading.Event()
        self._ledger = Ledger(settings.ledger)
        self._redis: list[Child] = []
        self._children: list[Child] = []
        self._lock: TextIO | None = None

    def start(self) -> bool:
        """Start it all, in order; True when everything does its work. Raises `CannotStart`, `NoRedis`, `Invalid`."""
        read_newsroom(self.settings)
        self._lock = _lock(self.settings.data_dir)
        _require_free(self.settings.web.host, self.settings.web.port)
        if not self.settings.broker_url:
            self._redis = [self._child(_redis(self.settings))]
            self._redis[0].start()
            if not wait_until_ready(self._redis, timeout_s=START_TIMEOUT_S, stop=self.stop_asked.is_set):
                return False
        migrate(self._ledger)
        with self._ledger.write() as connection:
            beats.forget(connection, before=datetime.now(UTC))  # the workers of an earlier run are gone
        self._children = [self._child(program) for program in _programs(self.settings, self._ledger)]
        for child in self._children:
            child.start()
        return wait_until_ready(self._children, timeout_s=START_TIMEOUT_S, stop=self.stop_asked.is_set)

    def keep_running(self) -> None:
        """Look after the processes until asked to stop."""
        while not self.stop_asked.wait(0.2):
            for child in (*self._redis, *self._children):
                child.look()

    def stop(self) -> None:
        """Stop everything: what makes work first, what does it next, the queue last."""
        started = time.monotonic()
        stop_all(self._children)
        stop_all(self._redis)
        self._ledger.close()
        if self._lock:
            self._lock.close()
        if self._children:
            self.console.print(
                f"stopped in {time.monotonic() - started:.1f} s; what is still owed stands in the ledger"
            )

    def _child(self, program: Program) -> Child:
        return Child(program, log_dir=self.settings.data_dir / "logs", tell=self._tell)

    def _tell(self, name: str, said: Said, detail: str) -> None:
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


def _redis(settings: Settings) -> Program:
    server = find_redis_server()
    return Program(
        name="redis",
        arguments=server.arguments(socket=settings.redis_socket, data_dir=settings.data_dir),
        ready=lambda: answers(settings.broker),
        address=f"{server.version} on a private socket",
    )


def _programs(settings: Settings, ledger: Ledger) -> list[Program]:
    environment = {
        "SYNDICATE_CONFIG_DIR": str(settings.config_dir.absolute()),
        "SYNDICATE_DATA_DIR": str(settings.data_dir.absolute()),
        "PYTHONUNBUFFERED": "1",
    }
    started = datetime.now(UTC)
    web = Program(
        name="web",
        arguments=[sys.executable, "-m", "syndicate", "web"],
        environment=environment,
        ready=_answers(settings.web.host, settings.web.port),
        address=settings.web.base_url,
    )
    clock = Program(name="clock", arguments=[sys.executable, "-m", "workers", "clock"], environment=environment)
    lanes = [
        Program(
            name=lane if many == 1 else f"{lane}-{number}",
            arguments=[sys.executable, "-m", "workers", lane, str(number)],
            environment=environment,
            ready=_is_heard(ledger, lane, since=started, at_least=number),
        )
        for lane, many in settings.worker_counts.items()
        for number in range(1, many + 1)
    ]
    return [clock, web, *lanes]


def _is_heard(ledger: Ledger, lane: str, *, since: datetime, at_least: int) -> Callable[[], bool]:
    """Ready means that it has consumed something from its lane, which a ping would not prove."""

    def ready() -> bool:
        with ledger.read() as connection:
            heard = [row for row in beats.every(connection) if row.lane == lane and row.at >= since]
        return len(heard) >= at_least

    return ready


def _answers(host: str, port: int) -> Callable[[], bool]:
    """Whether the web process answers; asked directly, whatever proxy the environment names."""

    def ready() -> bool:
        here = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - where it listens, not we
        connection = http.client.HTTPConnection(here, port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready


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
