"""Keeps child processes running: starts them, notices what stops, starts it again, and stops them all in order."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

LOG_LIMIT_BYTES = 20_000_000
LONGEST_PAUSE_S = 30.0
SETTLED_S = 60.0  # who ran this long has recovered: its next restart is at once again
GRACE_S = 3.0  # for who is replaced, between TERM and KILL
PR_SET_PDEATHSIG = 1

Said = Literal["started", "ready", "silent", "exited", "stopping", "stopped", "killed"]
Tell = Callable[[str, Said, str], None]
"""Is told of every change: the process's name, what happened, and a detail in words."""


@dataclass(frozen=True)
class Program:
    """One process to keep running. `ready` says by its pid if it does its work yet, `address` where it can be found."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[int], bool] = lambda _: True
    address: str = ""
    patience_s: float = 45.0


class Child:
    """A program and its process."""

    def __init__(self, program: Program, *, log_dir: Path, tell: Tell) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.is_ready = False
        self.started_at = 0.0
        self._tell = tell
        self._log = log_dir / f"{program.name}.log"
        self._start_again_at = 0.0
        self._kill_at: float | None = None
        self._failures = 0

    def start(self) -> None:
        """Start the process, its output going to its log."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("ab") as output:
            self.process = subprocess.Popen(
                list(self.program.arguments),
                env=os.environ | dict(self.program.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us alone: we stop them in order
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - the supervisor has no threads
            )
        self.started_at, self.is_ready, self._kill_at = time.monotonic(), False, None
        self._tell(self.program.name, "started", f"pid {self.process.pid}")

    def look(self) -> None:
        """Notice what has changed, and start again what has stopped, after a pause that grows."""
        if self.process is None:
            if time.monotonic() >= self._start_again_at:
                self.start()
        elif self.process.poll() is not None:
            self._restart_later(self.process.pid, self.process.returncode)
        elif self._kill_at is not None:
            if time.monotonic() >= self._kill_at:
                _signal_group(self.process.pid, signal.SIGKILL)  # who was stopped (SIGSTOP) heeds nothing else
        elif not self.is_ready and self.program.ready(self.process.pid):
            self.is_ready = True
            self._tell(self.program.name, "ready", self.program.address)

    def replace(self, reason: str) -> None:
        """Kill the process, children and all: TERM, and soon KILL. `look` starts it again."""
        if self.process is None or self._kill_at is not None:
            return
        self._tell(self.program.name, "silent", reason)
        self._kill_at = time.monotonic() + GRACE_S
        _signal_group(self.process.pid, signal.SIGTERM)

    def ask_to_stop(self) -> None:
        """Send TERM."""
        if self.process and self.process.poll() is None:
            self._tell(self.program.name, "stopping", "")
            self.process.terminate()

    def see_stop(self, *, until: float) -> None:
        """Wait for the process to stop; kill it, children and all, when time is up."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
            self._tell(self.program.name, "stopped", "")
        except subprocess.TimeoutExpired:
            _signal_group(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self._tell(self.program.name, "killed", f"did not stop within {self.program.patience_s:.0f} s")
        self.process = None

    def _restart_later(self, pid: int, code: int) -> None:
        _signal_group(pid, signal.SIGKILL)  # nobody may go on whose parent is gone
        ran_s = time.monotonic() - self.started_at
        self._failures = 0 if ran_s > SETTLED_S else self._failures + 1
        pause_s = min(LONGEST_PAUSE_S, 2.0 ** (self._failures - 1)) if self._failures else 0.0
        self.process, self.is_ready = None, False
        self._start_again_at = time.monotonic() + pause_s
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exited with {code}"
        self._tell(self.program.name, "exited", f"{how}; again in {pause_s:.0f} s; see {self._log}")


def wait_until_ready(children: Sequence[Child], *, timeout_s: float, stop: Callable[[], bool]) -> bool:
    """Look after the children until all are ready; False when time is up or we are to stop."""
    until = time.monotonic() + timeout_s
    while not all(child.is_ready for child in children):
        if stop() or time.monotonic() > until:
            return False
        for child in children:
            child.look()
        time.sleep(0.05)
    return True


def stop_all(children: Sequence[Child]) -> None:
    """Ask all of these to stop at once, and see each of them stop."""
    asked = time.monotonic()
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.see_stop(until=asked + child.program.patience_s)


def _signal_group(leader: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, number)


def _die_with_parent() -> None:
    """In the child, before it becomes the program: be told to stop if our parent is killed (Linux only)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
