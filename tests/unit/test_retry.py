"""How patient are we? What follows from each kind of outcome."""

from datetime import datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.ledger.claims import Settlement
from syndicate.model.delivery import LONGEST_RETRY_AFTER_S, Outcome, OutcomeKind
from syndicate.pipeline.retry import TRIES, RetryPolicy, after
from tests.builders import NOON, hours

POLICY = RetryPolicy(first_wait_s=10, longest_wait_s=3600, give_up_after_s=72 * 3600)


def next_after(
    kind: str = "unavailable",
    *,
    tries: int = 1,
    alike: int | None = None,
    lane: str = "deliver",
    since: datetime = NOON,
    now: datetime = NOON,
    dice: float = 0.5,
    retry_after_s: float | None = None,
) -> Settlement:
    outcome = Outcome(kind=kind, reason="对方说明", retry_after_s=retry_after_s)
    return after(
        outcome,
        tries=tries,
        alike=tries if alike is None else alike,
        since=since,
        lane=lane,
        policy=POLICY,
        now=now,
        dice=dice,
    )


def wait_s(step: Settlement, *, now: datetime = NOON) -> float:
    assert step.due_at is not None
    return (step.due_at - now).total_seconds()


def test_what_was_delivered_is_done():
    assert next_after("delivered") == Settlement("delivered", "对方说明", None, "deliver")


@pytest.mark.parametrize(
    ("kind", "tries", "state"),
    [
        ("refused", 1, "failed"),
        ("ended", 1, "failed"),
        ("misconfigured", 1, "waiting"),
        ("misconfigured", 2, "waiting"),
        ("misconfigured", 3, "failed"),
        ("bug", 1, "waiting"),
        ("bug", 2, "failed"),
        ("unavailable", 1, "waiting"),
        ("unavailable", 500, "waiting"),
        ("lost", 1, "waiting"),
        ("lost", 4, "waiting"),
        ("lost", 5, "failed"),
    ],
)
def test_each_kind_of_outcome_has_so_many_tries(kind: str, tries: int, state: str):
    assert next_after(kind, tries=tries).state == state


@pytest.mark.parametrize(("kind", "limit"), [(kind, limit) for kind, limit in TRIES.items() if limit])
def test_only_tries_that_came_out_alike_count_towards_the_limit(kind: str, limit: int):
    assert next_after(kind, tries=500, alike=limit).state == "failed"
    if limit > 1:
        assert next_after(kind, tries=500, alike=limit - 1).state == "waiting"


def test_the_wait_grows_with_every_try_however_the_others_came_out():
    assert wait_s(next_after(tries=4, alike=1, dice=0.5)) == 40.0


def test_every_kind_of_outcome_but_success_has_a_limit_or_says_that_it_has_none():
    assert set(TRIES) == set(get_args(OutcomeKind)) - {"delivered", "unsent"}


def test_the_reason_goes_with_what_follows():
    assert next_after("refused").reason == "对方说明"


@pytest.mark.parametrize(("tries", "bound"), [(1, 10), (2, 20), (3, 40), (9, 2560), (10, 3600), (10_000, 3600)])
def test_the_wait_doubles_up_to_the_longest(tries: int, bound: float):
    assert wait_s(next_after(tries=tries, dice=0.999999)) == pytest.approx(bound, rel=1e-3)


def test_the_wait_is_never_nothing():
    assert wait_s(next_after(dice=0.0)) == 1.0


@given(tries=st.integers(1, 10_000), dice=st.floats(0, 1, exclude_max=True))
def test_jitter_stays_between_the_floor_and_the_bound(tries: int, dice: float):
    bound = min(3600, 10 * 2.0 ** min(tries - 1, 40))

    assert 1.0 <= wait_s(next_after(tries=tries, dice=dice)) <= bound


@given(asked=st.floats(0, 1e6), tries=st.integers(1, 50), dice=st.floats(0, 1, exclude_max=True))
def test_we_never_come_back_sooner_than_the_partner_asked_but_for_a_day(asked: float, tries: int, dice: float):
    step = next_after(tries=tries, dice=dice, retry_after_s=asked)

    # Moments have microseconds, and round.
    assert wait_s(step) >= min(asked, LONGEST_RETRY_AFTER_S) - 1e-6


def test_a_partner_that_asks_for_a_year_gets_a_day():
    assert wait_s(next_after(retry_after_s=365 * 86400.0)) == 86400.0


def test_a_partner_that_asks_for_less_than_our_own_wait_gets_our_own():
    assert wait_s(next_after(tries=5, dice=0.5, retry_after_s=1.0)) == 80.0


def test_a_partner_that_asks_for_more_than_our_longest_wait_gets_it():
    assert wait_s(next_after(retry_after_s=7200.0)) == 7200.0


def test_when_the_patience_is_over_it_has_failed_and_says_after_how_many_tries():
    step = next_after(tries=14, now=NOON + hours(72))

    assert step == Settlement("failed", "given up after 14 tries: 对方说明", None, "deliver")


def test_the_last_try_is_at_the_end_of_the_patience_not_before():
    now = NOON + hours(72) - timedelta(seconds=4)

    assert next_after(now=now, tries=9, dice=0.999999).due_at == NOON + hours(72)


def test_a_partner_that_asks_for_a_time_after_the_patience_is_asked_once_more_then():
    now = NOON + hours(71)

    assert next_after(now=now, retry_after_s=3 * 3600.0).due_at == NOON + hours(74)


def test_what_never_left_waits_on_in_its_lane_due_at_once():
    assert next_after("unsent") == Settlement("waiting", "对方说明", NOON, "deliver")


def test_a_worker_of_ours_that_keeps_dying_does_not_try_for_ever():
    assert next_after("lost", now=NOON + hours(73)).state == "failed"


@pytest.mark.parametrize("lane", ["deliver", "slow", "retract"])
def test_what_failed_once_goes_on_in_the_slow_lane_a_removal_too(lane: str):
    assert next_after(lane=lane).lane == "slow"


@pytest.mark.parametrize("kind", ["delivered", "refused"])
def test_what_is_final_stays_in_the_lane_where_it_ended(kind: str):
    assert next_after(kind, lane="slow").lane == "slow"
