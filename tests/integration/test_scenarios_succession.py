"""What one agreement leaves to the next: refusals of its quota, and what its end took back. On both databases."""

from datetime import date
from typing import Any

import pytest

from syndicate.model.agreement import Agreement
from syndicate.pipeline.pause import pause, resume
from tests.builders import an_agreement, an_event, shanghai
from tests.fakes.rehearsal import Rehearsal


def former(**changes: Any) -> Agreement:
    """One article a day, and what comes then is refused, until the end of the year."""
    told = {"number": "QSW-OLD", "ends": date(2025, 12, 31), "quota": {"per_day": 1, "when_used_up": "refuse"}}
    return an_agreement(**told | changes)


def renewal(**changes: Any) -> Agreement:
    """Fifty a day from the new year on."""
    quota = {"per_day": 50, "when_used_up": "refuse"}
    return an_agreement(**{"number": "QSW-NEW", "starts": date(2026, 1, 1), "quota": quota} | changes)


def test_a_refusal_goes_on_to_name_the_agreement_that_refused(system: Rehearsal):
    # given
    system.partner(agreement=(former(), renewal()))
    system.publish(an_event(article="a-1"), an_event(article="a-2"))

    # when
    system.at(shanghai(2026, 1, 1, 9))
    system.publish(an_event("updated", "a-2", version=2))

    # then
    reason = system.answers("a-2", 2)["yunfeng"].clearance.reason
    assert reason == "came when agreement QSW-OLD allowed no more, and it refuses what comes then"


def test_what_an_end_took_back_stays_away_when_another_begins_that_sends_nothing_of_before(system: Rehearsal):
    # given: they have had it, and a gap lies between
    taking_back = an_agreement(number="QSW-OLD", ends=date(2098, 5, 6), after_end="remove")
    system.at(shanghai(2098, 5, 6, 12))
    system.partner(agreement=(taking_back, an_agreement(number="QSW-NEW", starts=date(2098, 6, 1))))
    system.publish(an_event())

    # when
    for day in (shanghai(2098, 5, 7), shanghai(2098, 6, 1)):
        system.at(day)
        system.sweep_and_run()

    # then
    assert system.sent() == [("published", 1), ("withdrawn", 1)]


# what waits when an agreement is ended before its time


@pytest.mark.parametrize("change", ["ended", "without agreement", "gone"])
def test_what_waits_for_a_partner_whose_agreement_is_no_more_is_not_sent(system: Rehearsal, change: str):
    # given: something waits for them
    system.partner()
    pause(system.ledger, ["yunfeng/push"], because="机房搬迁")
    system.publish(an_event())
    assert system.states() == [("publish", 1, "waiting")]

    # when: a new configuration is taken up, and they are sent to again
    if change == "gone":
        system.part_with("yunfeng")
    else:
        system.partner(agreement=an_agreement(ends=date(2025, 5, 5)) if change == "ended" else None)
    system.begin()
    system.sweep_and_run()
    resume(system.ledger, ["yunfeng/push"])
    system.sweep_and_run()

    # then
    assert system.sent() == []
    assert system.states() == [("publish", 1, "cancelled")]


def test_what_waits_for_the_others_goes(system: Rehearsal):
    system.partner()
    pause(system.ledger, ["yunfeng/push"], because="机房搬迁")
    system.publish(an_event())

    system.begin()
    system.sweep_and_run()
    resume(system.ledger, ["yunfeng/push"])
    system.sweep_and_run()

    assert system.sent() == [("published", 1)]
