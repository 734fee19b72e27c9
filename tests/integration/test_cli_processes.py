"""Who may ask, by shell? The command as a process of its own: what is piped, what is printed, what it ends with."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import CONFIG, an_event
from tests.fakes.brokers import redis_of_our_own


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A newsroom in a folder of its own, whose broker isn't there."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SYNDICATE_")}
    return inherited | {
        "SYNDICATE_CONFIG_DIR": str(CONFIG),
        "SYNDICATE_DATA_DIR": str(tmp_path / "data"),
        "SYNDICATE_BROKER_URL": f"redis+socket://{tmp_path}/nobody.sock",
    }


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of our own."""
    with redis_of_our_own(tmp_path_factory.mktemp("r")) as broker:
        yield broker.url


def syndicate(
    *arguments: str, environment: dict[str, str], told: bytes = b"", **changes: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command; its answers in bytes."""
    return subprocess.run(
        [sys.executable, "-m", "syndicate", *arguments],
        env=environment | changes,
        input=told,
        capture_output=True,
        timeout=60,
        check=False,
    )


def an_event_in_bytes(article: str) -> bytes:
    return json.dumps(an_event(article=article), ensure_ascii=False).encode()


def test_standard_output_holds_nothing_but_the_result(environment: dict[str, str]):
    done = syndicate("publish", "-", "--json", environment=environment, told=an_event_in_bytes("qsw-1"))

    assert [json.loads(line)["outcome"] for line in done.stdout.splitlines()] == ["accepted"]


def test_chinese_goes_through_a_terminal_that_knows_only_ascii(environment: dict[str, str]):
    syndicate("publish", "-", environment=environment, told=an_event_in_bytes("qsw-1"))

    done = syndicate("why", "qsw-1", environment=environment, PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert (done.returncode, b"Traceback" in done.stderr, done.stdout.startswith(b"qsw-1")) == (0, False, True)


def test_wrong_usage_ends_with_2(environment: dict[str, str]):
    assert syndicate("publish", environment=environment).returncode == 2


def test_a_reader_who_has_enough_causes_no_traceback(environment: dict[str, str]):
    with subprocess.Popen(
        [sys.executable, "-m", "syndicate", "schema"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        said = process.stderr.read()

    assert b"Traceback" not in said


@pytest.mark.integration
def test_with_a_broker_the_next_step_stands_in_its_lane(environment: dict[str, str], broker: str):
    syndicate("publish", "-", environment=environment, told=an_event_in_bytes("qsw-1"), SYNDICATE_BROKER_URL=broker)

    done = syndicate("status", "--json", environment=environment, SYNDICATE_BROKER_URL=broker)

    found = json.loads(done.stdout)
    assert {lane["lane"]: lane["queued"] for lane in found["lanes"]}["intake"] == 1


@pytest.mark.integration
def test_with_a_broker_and_nobody_at_work_status_ends_with_1(environment: dict[str, str], broker: str):
    syndicate("ledger", "upgrade", environment=environment)

    done = syndicate("status", "--json", environment=environment, SYNDICATE_BROKER_URL=broker)

    found = json.loads(done.stdout)
    assert (done.returncode, found["broker_reachable"]) == (1, True)
    assert [worry[:9] for worry in found["worries"]] == ["no clock ", "no worker"]
