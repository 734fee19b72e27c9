"""The web process as it is started in production, for tests: on a real port, with a log."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import pytest

from tests.fakes.brokers import free_port

PROGRAM = """
import sys
from pathlib import Path
from syndicate.settings import read_settings
from syndicate.web.serve import serve
serve(read_settings(Path(sys.argv[1]), data_dir=Path(sys.argv[2])))
"""
PATIENCE_S = 30


@contextmanager
def served(newsroom, log):
    """A web process of its own: its port and the process."""
    port, settings = free_port(), newsroom.system.settings
    # No broker listens where this points: events must be taken in all the same.
    environment = os.environ | {
        "SYNDICATE_WEB__PORT": str(port),
        "SYNDICATE_BROKER_URL": f"redis+socket://{settings.data_dir}/none",
    }
    arguments = [sys.executable, "-c", PROGRAM, str(settings.config_dir), str(settings.data_dir)]
    with (
        log.open("wb") as output,
        subprocess.Popen(arguments, env=environment, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            _wait_for(port, process, log)
            yield port, process
        finally:
            process.kill()


def _wait_for(port, process, log):
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with closing(socket.create_connection(("127.0.0.1", port), timeout=1)):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"the web process did not come up: {log.read_text()}")


def answers(log, path, many):
    """With which status each request for a path was answered, by the journal; waits until there are so many."""
    until = time.monotonic() + PATIENCE_S
    while len(found := _answers(log, path)) < many:
        assert time.monotonic() < until, f"{len(found)} answers, not {many}: {log.read_text()}"
        time.sleep(0.02)
    return found


def _answers(log, path):
    lines = log.read_bytes().splitlines(keepends=True)
    told = [json.loads(line) for line in lines if line.endswith(b"\n")]  # the last may be half written
    return [line["status"] for line in told if line["event"] == "http.request" and line["path"] == path]
