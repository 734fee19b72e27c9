"""May a destination be sent to? What each answer does to its health, and how much may go to it then."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model.delivery import Outcome
from syndicate.model.health import Health
from syndicate.pipeline.breaker import BreakerPolicy, after_answer, allowance, paused, places, resumed, spend
from tests.builders import NOON, hours, minutes

POLICY = BreakerPolicy(faults=3, first_rest_s=60, longest_rest_s=600, days=7)
WELL = Health("yunfeng/push")


def after(health: Health, *kinds: str, now=NOON, dice=1.0, **told) -> Health:
    for kind in kinds:
        outcome = Outcome(kind=kind, reason="对方说明", **told)
        health = after_answer(health, outcome, policy=POLICY, now=now, dice=dice)
    return health


def resting(*, opened: int = 1) -> Health:
    """A breaker that has opened so often in a row, and is half open now."""
    return replace(WELL, faults=3, failing_since=NOON - hours(1), failed_days=1, opened=opened, open_until=NOON)


# opening


def test_the_breaker_opens_after_so_many_faults_in_a_row():
    assert after(WELL, "unavailable", "unavailable").open_until is None
    assert after(WELL, "unavailable", "unavailable", "unavailable").open_until == NOON + minutes(1)


def test_a_success_between_makes_the_counting_begin_anew():
    assert after(WELL, "unavailable", "unavailable", "delivered", "unavailable", "unavailable").open_until is None


@pytest.mark.parametrize("kind", ["refused", "misconfigured", "lost", "bug", "unsent"])
def test_what_says_nothing_about_their_line_is_no_fault(kind: str):
    assert after(WELL, *[kind] * 10).open_until is None


def test_a_partner_that_names_a_time_is_left_alone_until_then():
    assert after(WELL, "unavailable", retry_after_s=1800.0).open_until == NOON + minutes(30)


def test_a_partner_that_names_a_year_is_left_alone_for_a_day():
    assert after(WELL, "unavailable", retry_after_s=365 * 86400.0).open_until == NOON + hours(24)


def test_a_rest_lasts_at_least_half_of_its_bound():
    assert after(WELL, *["unavailable"] * 3, dice=0.0).open_until == NOON + timedelta(seconds=30)


@pytest.mark.parametrize(("opened", "minutes_long"), [(1, 2), (2, 4), (3, 8), (4, 10), (40, 10)])
def test_a_probe_that_fails_opens_it_for_longer_up_to_a_bound(opened: int, minutes_long: float):
    assert after(resting(opened=opened), "unavailable").open_until == NOON + minutes(minutes_long)


def test_an_answer_that_comes_late_while_it_is_open_changes_nothing_about_the_rest():
    open_still = replace(resting(), open_until=NOON + minutes(5))

    assert after(open_still, "unavailable").open_until == NOON + minutes(5)


# healing


def test_any_success_closes_it_and_what_failed_since_the_first_fault_is_looked_at_again():
    healed = after(resting(), "delivered")

    assert healed == Health("yunfeng/push", rearm_since=NOON - hours(1))


def test_a_second_healing_narrows_nothing_of_what_is_still_to_be_looked_at_again():
    pending = replace(resting(), rearm_since=NOON - hours(48))

    assert after(pending, "delivered").rearm_since == NOON - hours(48)


def test_after_a_single_fault_there_is_nothing_to_look_at_again():
    assert after(WELL, "unavailable", "delivered") == WELL


def test_a_verdict_on_the_content_closes_it_but_is_no_success():
    answered = after(resting(), "refused")

    assert (answered.open_until, answered.faults) == (None, 0)
    assert answered.failing_since == NOON - hours(1)


def test_one_that_timed_out_is_slow_until_it_answers():
    slow = after(WELL, "unavailable", timed_out=True)

    assert (slow.slow, slow.is_well) == (True, False)
    assert after(slow, "delivered").is_well


# pausing


def test_failures_on_seven_days_pause_it_and_on_six_do_not():
    health = WELL
    for day in range(6):
        health = after(health, "unavailable", "unavailable", now=NOON + hours(24 * day))
    assert health.paused_at is None

    health = after(health, "misconfigured", now=NOON + hours(24 * 6))

    assert (health.paused_at, health.paused_by) == (NOON + hours(24 * 6), "failures")
    assert "7 days" in health.paused_because


def test_failures_on_one_day_count_once():
    assert after(WELL, *["unavailable"] * 50).failed_days == 1


def test_a_success_takes_all_the_days_back():
    failing = replace(WELL, failing_since=NOON - hours(100), failed_days=6, failed_on=NOON.date(), opened=3)

    assert after(failing, "delivered").failed_days == 0


def test_a_partner_that_says_gone_is_paused_at_once():
    ended = after(WELL, "ended")

    assert (ended.paused_by, ended.paused_because) == ("partner", "对方说明")


@pytest.mark.parametrize("by", ["person", "partner"])
def test_a_success_does_not_end_a_pause_that_somebody_asked_for(by: str):
    asked = paused(WELL, by=by, because="改版", now=NOON)

    assert after(asked, "delivered").paused_at == NOON


def test_a_success_ends_a_pause_for_failures():
    assert after(paused(WELL, by="failures", because="", now=NOON), "delivered").paused_at is None


def test_who_resumes_it_lets_what_failed_meanwhile_wait_again():
    failing = replace(WELL, failing_since=NOON - hours(200), paused_at=NOON)

    assert resumed(failing, now=NOON + hours(1)) == Health("yunfeng/push", rearm_since=NOON - hours(200))


def test_who_pauses_and_resumes_it_drops_nothing_of_what_is_still_to_be_looked_at_again():
    pending = paused(replace(WELL, rearm_since=NOON - hours(48)), by="person", because="改版", now=NOON)

    assert resumed(pending, now=NOON + hours(1)).rearm_since == NOON - hours(48)


@pytest.mark.parametrize("by", ["person", "partner", "failures"])
def test_a_pause_stays_as_it_is_for_one_of_no_more_weight(by: str):
    first = paused(WELL, by="person", because="改版", now=NOON)

    assert paused(first, by=by, because="再说一次", now=NOON + hours(1)) == first


@pytest.mark.parametrize(("first", "then"), [("failures", "partner"), ("failures", "person"), ("partner", "person")])
def test_a_partners_word_outweighs_failures_and_a_persons_word_both(first: str, then: str):
    before = paused(WELL, by=first, because="", now=NOON)

    now = paused(before, by=then, because="改版", now=NOON + hours(1))

    assert (now.paused_by, now.paused_because) == (then, "改版")


def test_a_pause_begins_with_the_first_reason_for_it():
    before = paused(WELL, by="failures", because="", now=NOON)

    assert paused(before, by="person", because="改版", now=NOON + hours(1)).paused_at == NOON


def test_what_failed_before_somebody_paused_it_waits_again_at_the_end_though_a_removal_was_accepted_meanwhile():
    failing = replace(WELL, failing_since=NOON - hours(200), opened=3)
    asked = paused(failing, by="person", because="改版", now=NOON)

    assert resumed(after(asked, "delivered"), now=NOON + hours(1)).rearm_since == NOON - hours(200)


# places


def test_a_destination_that_is_well_has_all_its_places():
    assert places(WELL, concurrency=8, now=NOON) == 8


def test_a_slow_one_has_two():
    assert places(replace(WELL, slow=True), concurrency=8, now=NOON) == 2


def test_an_open_breaker_has_none_and_a_half_open_one_has_one():
    assert places(replace(resting(), open_until=NOON + minutes(1)), concurrency=8, now=NOON) == 0
    assert places(resting(), concurrency=8, now=NOON) == 1


@given(
    kinds=st.lists(st.sampled_from(["delivered", "unavailable", "refused", "misconfigured", "ended", "lost", "bug"])),
    late=st.booleans(),
    wait=st.none() | st.floats(0, 1e6),
)
def test_whatever_they_answered_one_success_is_enough_unless_somebody_asked_for_a_pause(kinds, late, wait):
    health = after(WELL, *kinds, timed_out=late, retry_after_s=wait)

    healed = after(health, "delivered")

    assert healed.is_well or healed.paused_by == "partner"
    assert places(healed, concurrency=8, now=NOON) == 8


@given(
    kinds=st.lists(st.sampled_from(["unavailable", "misconfigured", "refused"]), max_size=30),
    minutes_between=st.integers(0, 3000),
    wait=st.none() | st.floats(0, 1e6),
)
def test_a_breaker_never_rests_for_longer_than_a_day(kinds, minutes_between, wait):
    health, now = WELL, NOON
    for kind in kinds:
        health = after(health, kind, now=now, retry_after_s=wait)
        assert health.open_until is None or health.open_until <= now + hours(24)
        now += minutes(minutes_between)


def test_a_rest_that_a_clock_since_set_back_has_written_is_none():
    open_for_years = replace(WELL, failing_since=NOON, opened=1, open_until=NOON + hours(24 * 365))

    assert places(open_for_years, concurrency=8, now=NOON) == 1
    assert after(open_for_years, "unavailable", now=NOON).open_until <= NOON + minutes(2)


# rates


def test_a_second_of_the_rate_may_go_at_once_and_then_one_for_each_interval():
    assert allowance(None, per_minute=600, now=NOON) == 10
    spent = spend(None, 10, per_minute=600, now=NOON)
    assert allowance(spent, per_minute=600, now=NOON) == 0
    assert allowance(spent, per_minute=600, now=NOON + timedelta(seconds=0.5)) == 5


def test_a_low_rate_lets_one_go():
    spent = spend(None, 1, per_minute=2, now=NOON)

    assert allowance(None, per_minute=2, now=NOON) == 1
    assert allowance(spent, per_minute=2, now=NOON + timedelta(seconds=29)) == 0
    assert allowance(spent, per_minute=2, now=NOON + timedelta(seconds=30)) == 1


@pytest.mark.parametrize("per_minute", [0.1, 2, 60, 6000])
def test_removals_which_are_not_held_up_use_the_rate_up_however_many_they_are(per_minute: float):
    spent = spend(None, 100_000, per_minute=per_minute, now=NOON)

    assert allowance(spent, per_minute=per_minute, now=NOON) == 0
    assert allowance(spend(spent, 1, per_minute=per_minute, now=NOON), per_minute=per_minute, now=NOON) == 0


def test_what_removals_have_used_up_holds_up_the_rest_for_a_minute():
    spent = spend(None, 100_000, per_minute=60, now=NOON)

    assert allowance(spent, per_minute=60, now=NOON + timedelta(seconds=60)) == 0
    assert allowance(spent, per_minute=60, now=NOON + timedelta(seconds=61)) == 1


def test_a_clock_that_is_set_right_by_a_little_gives_no_rate_back():
    spent = spend(None, 100_000, per_minute=60, now=NOON)

    assert allowance(spent, per_minute=60, now=NOON - timedelta(seconds=30)) == 0


def test_a_clock_that_is_set_back_by_hours_holds_nothing_up():
    spent = spend(None, 10, per_minute=600, now=NOON)
    earlier = NOON - hours(3)

    assert allowance(spent, per_minute=600, now=earlier) == 10
    assert spend(spent, 10, per_minute=600, now=earlier) == spend(None, 10, per_minute=600, now=earlier)


@given(
    per_minute=st.floats(0.1, 100_000),
    waits=st.lists(st.floats(0, 5), min_size=1, max_size=60),
)
def test_however_often_we_ask_no_more_than_the_rate_and_its_burst_goes(per_minute: float, waits: list[float]):
    now, spent, went = NOON, None, 0
    for wait in waits:
        now += timedelta(seconds=wait)
        many = allowance(spent, per_minute=per_minute, now=now)
        if many:
            spent = spend(spent, many, per_minute=per_minute, now=now)
            went += many

    lasted = (now - NOON).total_seconds()
    burst = max(1.0, per_minute / 60)
    assert went <= per_minute / 60 * lasted + burst + 1
