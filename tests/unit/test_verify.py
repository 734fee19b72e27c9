"""When is a page looked at again, and what does it mean that it answers so? Pure answers."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from syndicate.model.takedown import Sight, Takedown
from syndicate.pipeline.verify import after_look
from syndicate.transports.pages import meaning
from tests.builders import NOON, hours, minutes

A_DAY = timedelta(days=1)
THERE = Sight("there", "the page is there still (200)", 200)
GONE = Sight("gone", "the page is gone (404)", 404)
UNKNOWN = Sight("unknown", "yunfeng.example did not answer within 10 s")


def a_takedown(*, within: timedelta = A_DAY, **changes) -> Takedown:
    told = {
        "delivery_seq": 7,
        "remote_url": "https://yunfeng.example/7.html",
        "deadline": NOON + within,
        "due_at": NOON,
    }
    return Takedown(**told | changes)


def looks_until(end: datetime, sight: Sight, *, within: timedelta = A_DAY) -> list[timedelta]:
    """When it is looked at until then, from the acceptance on, if it shows the same each time."""
    one, at = a_takedown(within=within), []
    while one.due_at <= end:
        at.append(one.due_at - NOON)
        one = after_look(one, sight, now=one.due_at)
    return at


def test_it_is_looked_at_with_pauses_that_grow_up_to_six_hours_and_at_the_deadline():
    at = looks_until(NOON + hours(24), THERE)

    pauses = [later - earlier for earlier, later in pairwise(at)]
    assert (at[0], at[-1], max(pauses)) == (timedelta(0), hours(24), hours(6))
    assert pauses[:4] == [minutes(1), minutes(2), minutes(4), minutes(8)]
    assert pauses[:-1] == sorted(pauses[:-1])


def test_what_is_not_known_is_looked_at_again_as_what_is_there():
    assert looks_until(NOON + hours(24), UNKNOWN) == looks_until(NOON + hours(24), THERE)


def test_what_is_overdue_is_looked_at_once_a_day():
    assert looks_until(NOON + hours(73), THERE)[-3:] == [hours(24), hours(48), hours(72)]


def test_a_deadline_that_is_near_is_looked_at_all_the_same():
    assert looks_until(NOON + minutes(2), THERE, within=minutes(2)) == [minutes(0), minutes(1), minutes(2)]


def test_what_is_gone_is_gone_since_it_was_seen_so_and_is_not_overdue_later():
    after = after_look(a_takedown(), GONE, now=NOON + hours(2))

    assert (after.gone_at, after.status, after.looks) == (NOON + hours(2), 404, 1)
    assert not after.is_overdue(NOON + hours(99))


@pytest.mark.parametrize(("after", "is_overdue"), [(minutes(24 * 60 - 1), False), (hours(24), True)])
def test_what_is_not_gone_is_overdue_from_the_deadline_on(after: timedelta, is_overdue: bool):
    assert a_takedown().is_overdue(NOON + after) is is_overdue


@pytest.mark.parametrize(
    ("status", "finding"),
    [(404, "gone"), (410, "gone"), (200, "there")]
    + [(status, "unknown") for status in (204, 206, 301, 302, 304, 307, 401, 403, 405, 429, 451, 500, 503, 600)],
)
def test_only_404_and_410_mean_gone_and_only_200_means_there(status: int, finding: str):
    sight = meaning(status)

    assert (sight.finding, sight.status) == (finding, status)
    assert str(status) in sight.reason
