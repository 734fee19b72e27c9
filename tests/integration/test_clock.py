"""Who works round the clock? The clock itself, as a process of its own: what it does without anybody's word."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import CONFIG, an_event
from tests.fakes.rehearsal import Rehearsal

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def clock(system: Rehearsal, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A clock on a ledger where something was delivered long ago; there is no broker."""
    system.partner()
    system.publish(an_event())
    system.let_time_pass(timedelta(days=365))
    settings = {
        "CONFIG_DIR": str(CONFIG),
        "DATA_DIR": str(tmp_path),
        "LEDGER_URL": system.ledger.url.render_as_string(hide_password=False),
        "BROKER_URL": f"redis+socket://{tmp_path}/nobody.sock",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SYNDICATE_")}
    with subprocess.Popen(
        [sys.executable, "-m", "workers", "clock"],
        env=inherited | {f"SYNDICATE_{name}": value for name, value in settings.items()},
        stdout=subprocess.PIPE,
    ) as process:
        yield process
        process.terminate()


def test_the_clock_drops_what_need_not_be_kept(system: Rehearsal, clock: subprocess.Popen[bytes]):
    assert clock.stdout is not None
    told = next(line for line in map(json.loads, clock.stdout) if line["event"] == "ledger.pruned")

    assert told["deliveries"] == 1
    assert not system.has_bytes(system.rows()[0])
