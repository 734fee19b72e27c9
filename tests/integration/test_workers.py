"""Who works round the clock? A real worker, parent and child, with a Step in hand when it is told to stop."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.dispatch.celery import CeleryHandover
from syndicate.model.step import Deliver
from tests.builders import CONFIG
from tests.fakes.brokers import redis_of_our_own

pytestmark = pytest.mark.integration

# The child tells what it sees over the parent's standard output: a line when it has a Step, one when it knows.
WORKER = """
import os, time
from syndicate.assemble import System

def look(system, step):
    os.write(1, b"at work: %s\\n" % str(system.stopping()).encode())
    while not system.stopping():
        time.sleep(0.01)
    os.write(1, b"told: %r\\n" % time.monotonic())

System.perform = look
import workers.deliver
from workers.app import run
run(workers.deliver.ROLE)
"""


@pytest.fixture
def worker(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of the lane `deliver`, to whom a Step is on its way."""
    with redis_of_our_own(tmp_path_factory.mktemp("r")) as broker:
        settings = {"CONFIG_DIR": str(CONFIG), "DATA_DIR": str(tmp_path), "BROKER_URL": broker.url}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SYNDICATE_")}
        with subprocess.Popen(
            [sys.executable, "-c", WORKER],
            env=inherited | {f"SYNDICATE_{name}": value for name, value in settings.items()},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            CeleryHandover(broker.url)([Deliver(lane="deliver")])
            yield process
            process.kill()


def next_line(worker: subprocess.Popen[bytes], begins: bytes) -> bytes:
    assert worker.stdout is not None
    return next(line.removeprefix(begins).strip() for line in worker.stdout if line.startswith(begins))


@pytest.mark.timeout(60)
def test_the_child_knows_within_a_second_that_its_parent_was_told_to_stop(worker: subprocess.Popen[bytes]):
    stopping_at_first = next_line(worker, b"at work: ")

    told_to_stop = time.monotonic()
    worker.terminate()

    assert stopping_at_first == b"False"
    assert float(next_line(worker, b"told: ")) - told_to_stop < 1
    assert worker.wait(20) == 0
