"""What is owed to one destination? A table of what it may have, and of what it may have now."""

import pytest

from syndicate.model.clearance import Clearance
from syndicate.pipeline.duty import Duty, duty, may_hold
from tests.builders import a_delivery

CLEARED = Clearance(decision="cleared", rule="all", reason="依协议")
HELD = Clearance(decision="held", rule="delay", reason="未到时间")
REFUSED = Clearance(decision="refused", rule="scope", reason="栏目不在范围内")

NONE, ALL = range(0), range(1, 9)  # the former revisions that differ by minor corrections only

NEVER_OWED = ()
NEVER_TRIED = (a_delivery(state="cancelled", tries=0),)
WAITS = (a_delivery(state="waiting", tries=0),)
BEING_TRIED = (a_delivery(state="sending"),)
RETRYING = (a_delivery(state="waiting", tries=3),)
GAVE_UP = (a_delivery(state="failed", tries=9),)
HAS_IT = (a_delivery(),)
REMOVED = (a_delivery(), a_delivery("withdraw", revision=2))
REMOVAL_WAITS = (a_delivery(), a_delivery("withdraw", "waiting", revision=2, tries=0))
REMOVAL_RETRYING = (a_delivery(), a_delivery("withdraw", "waiting", revision=2, tries=2))
REMOVAL_FAILED = (a_delivery(), a_delivery("withdraw", "failed", revision=2, tries=2))
REMOVAL_OVERTAKEN = (
    a_delivery(),
    a_delivery("withdraw", "cancelled", revision=2),
    a_delivery("update", "cancelled", revision=3, tries=0),
)
HAS_IT_AGAIN = (*REMOVED, a_delivery(revision=3))
MINOR_SKIPPED = (a_delivery(), a_delivery("update", "cancelled", revision=2, tries=0))


@pytest.mark.parametrize(
    ("history", "action"),
    [
        (NEVER_OWED, "publish"),
        (NEVER_TRIED, "publish"),
        (WAITS, "publish"),
        (BEING_TRIED, "update"),
        (RETRYING, "update"),
        (GAVE_UP, "update"),
        (HAS_IT, "update"),
        (REMOVED, "publish"),
        (REMOVAL_WAITS, "update"),
        (REMOVAL_FAILED, "update"),
        (HAS_IT_AGAIN, "update"),
    ],
)
def test_who_is_cleared_gets_an_update_where_a_copy_may_be_and_else_the_article(history, action):
    assert duty(history, CLEARED, as_good=NONE) == Duty(action, "依协议")


@pytest.mark.parametrize("history", [NEVER_OWED, NEVER_TRIED, WAITS, REMOVED])
def test_who_is_refused_and_has_no_copy_is_owed_nothing(history):
    assert duty(history, REFUSED, as_good=NONE) is None


@pytest.mark.parametrize(
    "history",
    [BEING_TRIED, RETRYING, GAVE_UP, HAS_IT, REMOVAL_WAITS, REMOVAL_RETRYING, REMOVAL_FAILED, HAS_IT_AGAIN],
)
def test_who_is_refused_and_may_have_a_copy_gets_a_removal_with_the_reason(history):
    assert duty(history, REFUSED, as_good=NONE) == Duty("withdraw", "栏目不在范围内")


@pytest.mark.parametrize("history", [NEVER_OWED, WAITS, BEING_TRIED, HAS_IT, REMOVED, HAS_IT_AGAIN])
def test_who_is_held_keeps_what_it_has(history):
    assert duty(history, HELD, as_good=NONE) is None


@pytest.mark.parametrize("history", [REMOVAL_WAITS, REMOVAL_RETRYING, REMOVAL_FAILED])
def test_a_hold_does_not_stop_a_removal_that_was_under_way(history):
    assert duty(history, HELD, as_good=NONE) == Duty("withdraw", "未到时间")


@pytest.mark.parametrize("history", [HAS_IT, GAVE_UP, MINOR_SKIPPED, REMOVAL_OVERTAKEN])
def test_who_is_held_loses_what_was_withdrawn_since_though_no_removal_is_under_way(history):
    assert duty(history, HELD, as_good=NONE, withdrawn=2) == Duty("withdraw", "未到时间")


@pytest.mark.parametrize("history", [NEVER_OWED, WAITS, REMOVED, HAS_IT_AGAIN])
def test_who_is_held_and_has_nothing_from_before_a_withdrawal_is_owed_no_removal(history):
    assert duty(history, HELD, as_good=NONE, withdrawn=2) is None


@pytest.mark.parametrize("history", [HAS_IT, HAS_IT_AGAIN, MINOR_SKIPPED])
def test_a_minor_correction_is_only_written_down_for_who_has_the_article(history):
    owed = duty(history, CLEARED, as_good=ALL)

    assert owed is not None
    assert (owed.action, owed.sent) == ("update", False)


@pytest.mark.parametrize(
    ("history", "action"),
    [
        (NEVER_OWED, "publish"),
        (NEVER_TRIED, "publish"),
        (WAITS, "publish"),
        (BEING_TRIED, "update"),
        (RETRYING, "update"),
        (GAVE_UP, "update"),
        (REMOVED, "publish"),
        (REMOVAL_WAITS, "update"),
        (REMOVAL_FAILED, "update"),
    ],
)
def test_a_minor_correction_is_sent_to_who_does_not_surely_have_the_article(history, action):
    assert duty(history, CLEARED, as_good=ALL) == Duty(action, "依协议")


@pytest.mark.parametrize("as_good", [range(2, 3), range(2, 9), range(3, 3)])
def test_a_minor_correction_is_sent_to_who_misses_a_significant_one_before_it(as_good):
    assert duty(HAS_IT, CLEARED, as_good=as_good) == Duty("update", "依协议")


def test_who_is_held_while_a_minor_correction_comes_keeps_what_it_has():
    assert duty(HAS_IT, HELD, as_good=ALL) is None


def test_who_has_it_and_is_refused_by_a_minor_correction_gets_a_removal_all_the_same():
    owed = duty(HAS_IT, REFUSED, as_good=ALL)

    assert owed is not None
    assert (owed.action, owed.sent) == ("withdraw", True)


@pytest.mark.parametrize("state", ["sending", "waiting", "failed", "delivered", "cancelled"])
def test_any_try_counts_as_a_copy(state):
    assert may_hold([a_delivery(state=state, tries=1)])


def test_a_removal_that_was_only_tried_leaves_the_copy_there():
    assert may_hold(REMOVAL_RETRYING)


def test_a_removal_that_was_confirmed_takes_the_copy_away():
    assert not may_hold(REMOVED)
