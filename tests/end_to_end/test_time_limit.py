"""Scenario 39 of the design: a plan that its time limit ends is planned again, by whoever finds it owed."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syndicate.dispatch.celery import CeleryHandover
from syndicate.ledger import articles
from syndicate.model.step import Plan
from tests.builders import an_event
from tests.fakes.brokers import redis_of_our_own
from tests.fakes.live import Live
from tests.fakes.partner import FakePartner

# The worker as it is, but for a limit that a test can wait for.
INTAKE = """
import workers.intake
from workers.app import app, run
app.conf.task_time_limit = 2
run(workers.intake.ROLE)
"""


@contextmanager
def running(live: Live, name: str, *arguments: str) -> Iterator[Path]:
    """A process of the system; tells where it logs."""
    environment = {one: value for one, value in os.environ.items() if not one.startswith("SYNDICATE_")}
    log = live.folder / "data" / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=environment | {"SYNDICATE_CONFIG_DIR": str(live.folder / "config")},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        yield log
        process.terminate()
        process.wait(30)


@contextmanager
def nobody_can_write(live: Live) -> Iterator[None]:
    """Somebody else writes to the ledger, for very long."""
    with (live.settings.data_dir / "ledger.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_planned(live: Live) -> bool:
    with live.system.ledger.read() as connection:
        head = articles.head(connection, "a-1")
    assert head is not None
    return head.planned_revision == head.revision


def test_39_a_plan_that_is_killed_by_its_time_limit_is_planned_again(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, partners: dict[str, FakePartner]
) -> None:
    with redis_of_our_own(tmp_path_factory.mktemp("r")) as redis:
        live = Live(tmp_path, partners, broker_url=redis.url)
        live.system.accept(an_event())
        with running(live, "intake", "-c", INTAKE) as log:
            # given: a plan is under way, and can't come to its end
            with nobody_can_write(live):
                CeleryHandover(redis.url)([Plan(article_id="a-1")])
                live.wait_for(lambda: "Hard time limit (2s) exceeded" in log.read_text("utf-8"), timeout_s=60)
                when_killed = is_planned(live)

            # when
            with running(live, "clock", "-m", "workers", "clock"):
                live.wait_for(lambda: is_planned(live), timeout_s=60)
        owed = [(row.revision, row.state) for row in live.deliveries("a-1")]
        live.system.close()

    # then
    assert not when_killed
    assert owed == [(1, "waiting")] * 3
