"""The clock is set back or forward by hours while everything is under way: all goes on at once, and nothing is doubled.

By the rows: whatever they tell lies so many hours in the future, or in the past, from then on.
"""

from collections import Counter
from datetime import timedelta

import pytest

from tests.builders import a_destination, an_event, hours
from tests.fakes.rehearsal import Rehearsal


@pytest.mark.parametrize("by", [hours(5), hours(-5), hours(24 * 400), hours(-24 * 400)], ids=str)
def test_what_is_owed_waits_for_no_clock(system: Rehearsal, by: timedelta):
    # given: a first try and a removal that wait, one that somebody was sending who is gone, and a rate that is used up
    partner = system.partner()
    system.partner(destinations=(a_destination(partner.url, per_minute=60),))
    system.publish(an_event(article="withdrawn"))
    for article in ("lost", "waiting"):
        system.tell(an_event(article=article))
        system.run_next()
        system.queue.steps.clear()
    (lost,) = system.rows("lost")
    system.claim(lost.id, token="of-the-dead")
    system.tell(an_event("withdrawn", "withdrawn", version=2))
    system.run_next()
    system.queue.steps.clear()

    # when
    system.let_time_pass(by)
    for _ in range(6):
        system.sweep_and_run()
        system.let_time_pass(timedelta(seconds=5))

    # then
    assert {row.state for article in ("withdrawn", "lost", "waiting") for row in system.rows(article)} == {"delivered"}
    assert set(Counter(seen.headers["webhook-id"] for seen in partner.requests).values()) == {1}
    assert system.tries(lost.id) == [(1, "lost"), (2, "delivered")]
