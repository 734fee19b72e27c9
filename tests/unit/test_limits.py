"""Nobody asks too often: so many in a minute for each, however they spread them, and nobody pays for another."""

import pytest
from fastapi import HTTPException

from syndicate.settings import Web
from syndicate.web.limits import AT_MOST, Limits, Rate, _network


class Clock:
    """Ticks that the test turns."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_may_come_all_at_once_and_the_next_must_wait_for_its_share():
    rate = Rate(60, ticks=Clock())

    assert [rate.spend("a") for _ in range(61)] == [0.0] * 60 + [pytest.approx(1.0)]


def test_who_waits_as_long_as_was_said_is_let_through():
    clock = Clock()
    rate = Rate(6, ticks=clock)
    waits = [rate.spend("a") for _ in range(7)]

    clock.now += waits[-1]

    assert (waits[-1], rate.spend("a")) == (pytest.approx(10.0), 0.0)


def test_over_any_hour_nobody_gets_more_than_the_rate_and_one_minutes_worth():
    clock = Clock()
    rate = Rate(10, ticks=clock)
    let_through = 0

    for _ in range(3600):
        clock.now += 1
        let_through += sum(rate.spend("a") == 0.0 for _ in range(3))

    assert 600 <= let_through <= 610


def test_what_is_refused_costs_nothing():
    clock = Clock()
    rate = Rate(1, ticks=clock)
    rate.spend("a")
    for _ in range(100):
        rate.spend("a")

    clock.now += 60

    assert rate.spend("a") == 0.0


def test_one_askers_haste_is_not_anothers():
    rate = Rate(1, ticks=Clock())
    rate.spend("a")

    assert (rate.spend("a") > 0, rate.spend("b")) == (True, 0.0)


def test_zero_means_no_limit():
    rate = Rate(0, ticks=Clock())

    assert {rate.spend("a") for _ in range(1000)} == {0.0}


def test_no_more_askers_are_kept_in_mind_than_there_is_room_for():
    rate = Rate(1, ticks=Clock())

    for number in range(AT_MOST + 5):
        rate.spend(str(number))

    assert len(rate._paid_until) == AT_MOST


def test_the_answer_says_in_whole_seconds_when_to_come_again():
    limits = Limits(Web(token_per_minute=7), ticks=Clock())
    for _ in range(7):
        limits.spend_token("t")

    with pytest.raises(HTTPException) as refusal:
        limits.spend_token("t")

    assert (refusal.value.status_code, refusal.value.headers) == (429, {"Retry-After": "9"})


@pytest.mark.parametrize(
    ("host", "stands_for"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("::ffff:127.0.0.1", ""),
        ("", ""),
        ("fe80::1%eth0", "fe80::"),
    ],
)
def test_a_subscribers_network_counts_as_one_and_this_machine_as_nobody(host: str, stands_for: str):
    assert _network(host) == stands_for
