"""One running system in hard times: workers that are alive but stand still, a Redis that hangs and dies, two clocks."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.builders import an_event
from tests.end_to_end.conftest import see_delivered, three_partners
from tests.fakes.live import Live
from tests.fakes.partner import FakePartner, hang_up

SILENT_S = 8
LANES = ("withdraw", "retract", "intake", "slow", "feeds")


@pytest.fixture(scope="module")
def partners() -> Iterator[dict[str, FakePartner]]:
    """Three partners' servers, for the whole module."""
    with three_partners() as servers:
        yield servers


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, partners: dict[str, FakePartner]) -> Iterator[Live]:
    """A running newsroom with two workers for first tries, which doesn't wait long for who is silent."""
    with Live(tmp_path_factory.mktemp("live"), partners, workers={"silent_s": SILENT_S, "deliver": 2}) as running:
        yield running


def everybody(live: Live) -> list[int]:
    """The process of every worker."""
    return [live.worker("deliver", number)[0].pid for number in (1, 2)] + [live.worker(lane)[0].pid for lane in LANES]


def publish_quickly(live: Live, *articles: str) -> float:
    """Publish these; answers how long the slowest answer took."""
    took = []
    for article in articles:
        began = time.monotonic()
        live.publish(an_event("published", article))
        took.append(time.monotonic() - began)
    return max(took)


def test_workers_that_are_alive_but_stand_still_are_replaced(live: Live, partners: dict[str, FakePartner]) -> None:
    parent, _ = live.worker("deliver", 1)
    intake, child = live.worker("intake")
    others = set(everybody(live)) - {parent.pid, intake.pid}
    parent.suspend()
    child.suspend()
    live.publish(an_event("published", "still-1"))

    see_delivered(live, partners, "still-1")
    live.wait_for(lambda: not parent.is_running() and not intake.is_running(), timeout_s=30)
    live.wait_for(lambda: live.said().count("deliver-1    ready") == 2, timeout_s=30)

    assert not child.is_running()
    assert others < set(everybody(live))
    assert sorted(line.split()[1] for line in live.said().splitlines() if " silent " in line) == ["deliver-1", "intake"]


def test_a_clock_that_stands_still_is_replaced(live: Live) -> None:
    (clock,) = live.workers("clock")
    clock.suspend()

    live.wait_for(lambda: not clock.is_running(), timeout_s=40)
    live.wait_for(lambda: live.said().count("clock        ready") == 2, timeout_s=30)


def test_while_redis_hangs_events_are_taken_in_and_nobody_is_replaced(
    live: Live, partners: dict[str, FakePartner]
) -> None:
    before, noticed = everybody(live), live.log("clock").count("broker.unreachable")
    live.own_redis().suspend()

    took_s = publish_quickly(live, "hang-1", "hang-2", "hang-3")
    live.wait_for(lambda: live.log("clock").count("broker.unreachable") >= noticed + 3, timeout_s=60)  # for 20 s
    meanwhile = everybody(live)
    live.own_redis().resume()

    assert took_s < 3
    see_delivered(live, partners, "hang-1", "hang-2", "hang-3")
    assert before == meanwhile == everybody(live)


def test_a_redis_that_was_killed_is_started_again_and_nothing_is_lost(
    live: Live, partners: dict[str, FakePartner]
) -> None:
    live.own_redis().kill()

    took_s = publish_quickly(live, "killed-1", "killed-2", "killed-3")

    assert took_s < 3
    see_delivered(live, partners, "killed-1", "killed-2", "killed-3")


def test_with_two_clocks_nothing_is_doubled(live: Live, partners: dict[str, FakePartner]) -> None:
    environment = {"SYNDICATE_CONFIG_DIR": str(live.folder / "config")}
    with subprocess.Popen(
        [sys.executable, "-m", "workers", "clock"], env=environment, stdout=subprocess.PIPE
    ) as second_clock:
        assert second_clock.stdout is not None
        assert b"clock.started" in second_clock.stdout.readline()
        before = len(partners["jingchu"].requests)
        partners["jingchu"].will(hang_up())
        live.publish(an_event("published", "clocks-1"))
        tried = partners["jingchu"].wait_for(lambda seen: len(seen) >= before + 2, timeout_s=30)[before:]
        live.publish(an_event("published", "clocks-2"))
        see_delivered(live, partners, "clocks-2")
        live.publish(an_event("updated", "clocks-2", version=2))
        see_delivered(live, partners, "clocks-2", many=6)
        live.publish(an_event("withdrawn", "clocks-2", version=3))
        see_delivered(live, partners, "clocks-2", many=9)
        second_clock.terminate()
        second_clock.communicate(timeout=20)
    keys = [seen.headers["webhook-id"] for seen in partners["jingchu"].requests]
    assert [keys.count(seen.headers["webhook-id"]) for seen in tried] == [2, 2]
