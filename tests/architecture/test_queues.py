"""Both ends of the queues meet: whatever a lane can carry, its worker consumes."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

from syndicate.dispatch.routes import TASKS, lane_of
from syndicate.model.step import (
    LANES,
    Beat,
    BuildFeed,
    Confirm,
    Deliver,
    Lane,
    Plan,
    Step,
    Verify,
    Withdraw,
    WriteFiles,
)

ROOT = Path(__file__).parents[2]
# Every Step there can be, as far as its route depends on it. Removals, first tries and retries are all Deliver steps.
SENDING: tuple[Lane, ...] = ("retract", "deliver", "slow")
STEPS: tuple[Step, ...] = (
    Plan(article_id="a-1"),
    Plan(article_id="a-1", urgent=True),
    Withdraw(article_id="a-1"),
    BuildFeed(feed_id="all"),
    BuildFeed(feed_id="all", urgent=True),
    WriteFiles(feed_id="all"),
    WriteFiles(feed_id="all", urgent=True),
    *(Deliver(lane=lane) for lane in SENDING),
    Verify(deliveries=("d_1",)),
    Confirm(subscriptions=("abc",)),
    *(Beat(lane=lane) for lane in LANES),
)


def carried_by(lane: Lane) -> set[str]:
    return {TASKS[type(step)] for step in STEPS if lane_of(step) == lane}


def consumed_by(lane: Lane) -> set[str]:
    """The tasks of a process that has imported this one role, as `python -m workers ROLE` does."""
    program = f"import workers.{lane}; from workers.app import app; print(*app.tasks)"
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in told.stdout.split() if name.startswith("syndicate.")}


def test_every_kind_of_step_has_a_task():
    assert set(TASKS) == set(get_args(Step))


def test_no_two_kinds_of_step_share_a_task():
    assert len(set(TASKS.values())) == len(TASKS)


def test_every_kind_of_step_is_among_the_samples():
    assert {type(step) for step in STEPS} == set(get_args(Step))


@pytest.mark.parametrize("lane", LANES)
def test_a_lanes_worker_consumes_exactly_what_the_lane_can_carry(lane: Lane):
    assert consumed_by(lane) == carried_by(lane)


@pytest.mark.parametrize("lane", LANES)
def test_a_worker_works_for_the_lane_it_is_named_after(lane: Lane):
    assert import_module(f"workers.{lane}").ROLE.lane == lane


def test_every_lane_and_the_clock_can_be_started():
    assert set(import_module("workers.__main__").ROLES) == {*LANES, "clock"}


def test_what_decides_a_withdrawal_never_stands_behind_what_is_being_sent():
    assert lane_of(Withdraw(article_id="a-1")) == "withdraw"
    assert lane_of(Plan(article_id="a-1", urgent=True)) == "withdraw"
    assert lane_of(BuildFeed(feed_id="all", urgent=True)) == "withdraw"
    assert TASKS[Deliver] not in consumed_by("withdraw")
