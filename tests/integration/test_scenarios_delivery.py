"""What becomes of deliveries and of partners that fail, as scenarios 33 to 45 of the design tell it: on both databases.

Those about processes (29, 36, 39, 41 to 44) are told in tests/end_to_end; what `syndicate deliveries` shows, in
test_cli_deliveries.py.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from syndicate.formats import ARTICLE_FORMATS
from syndicate.ledger.backlog import Which
from syndicate.model.delivery import Outcome
from syndicate.model.problem import Invalid
from syndicate.model.step import Plan
from syndicate.monitor.deliveries import deliveries
from syndicate.monitor.status import status
from syndicate.monitor.why import why
from syndicate.pipeline.pause import resume
from syndicate.pipeline.replay import Replayed
from syndicate.settings import Breaker, Patience
from tests.builders import a_destination, an_event, hours, minutes
from tests.fakes.partner import reply
from tests.fakes.rehearsal import Rehearsal

PUBLISHED, UPDATED, WITHDRAWN = "published", "updated", "withdrawn"
PUSH = "yunfeng/push"
A_DAY = timedelta(days=1)
AWAY = Outcome(kind="unavailable", reason="the partner has a fault (503)", status=503)


def correction(version: int = 2, article: str = "a-1") -> dict:
    return an_event(UPDATED, article, version=version)


def publish(system: Rehearsal, *articles: str) -> None:
    for article in articles:
        system.publish(an_event(article=article))


def states(system: Rehearsal, *articles: str) -> list[str]:
    return [system.rows(article)[-1].state for article in articles]


def time_passes(system: Rehearsal, by: timedelta) -> None:
    """So much time passes, and what is due then is done."""
    system.let_time_pass(by)
    system.sweep_and_run()


def breaker(system: Rehearsal, **changes: int) -> None:
    system.reconfigure(system.system.settings.model_copy(update={"breaker": Breaker(**changes)}))


# 33


def test_33_a_failure_is_tried_again_and_a_second_one_after_a_longer_wait(system: Rehearsal):
    system.partner()
    system.tell(an_event())
    system.run_next()
    named, waits = system.rows()[0].id, []

    for _ in range(4):  # with the same dice, which are thrown so that the thundering herd spreads out
        system.send_by(lambda *_: AWAY, [named], dice=0.5)
        (row,) = system.rows()
        assert row.due_at is not None
        waits.append((row.state, round((row.due_at - system.database_time()).total_seconds())))
        system.set_due(named, ago=minutes(1))

    assert [state for state, _ in waits] == ["waiting"] * 4
    assert [wait for _, wait in waits] == pytest.approx([2.5, 5, 10, 20], abs=2)


def test_33_after_the_last_failure_it_has_failed_where_everybody_can_see_it(system: Rehearsal):
    system.partner().will(*[reply(503)] * 2)
    system.reconfigure(system.system.settings.model_copy(update={"patience": Patience(give_up_after_h=72)}))
    publish(system, "a-1")

    time_passes(system, hours(73))

    (row,) = system.rows()
    assert (row.state, row.reason) == ("failed", "given up after 2 tries: the partner has a fault (503)")
    found = why(system.ledger, "a-1", directory=system.system.newsroom.directory, now=system.now, partner_id="yunfeng")
    assert found is not None
    assert (found.explanations[0].standing, row.reason in found.explanations[0].reason) == ("failed", True)
    assert status(system.ledger, depth={}, now=system.database_time()).failed_articles == ("a-1",)
    (listed,) = deliveries(system.ledger, [PUSH])
    assert (listed.state, listed.tries, listed.reason) == ("failed", 2, row.reason)


# 34


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504])
def test_34_a_5xx_is_tried_again_and_so_are_408_425_and_429(system: Rehearsal, code: int):
    system.partner().will(reply(code))

    publish(system, "a-1")
    first = system.states()
    time_passes(system, hours(1))

    assert (first, system.states()) == ([("publish", 1, "waiting")], [("publish", 1, "delivered")])


@pytest.mark.parametrize("code", [400, 402, 406, 409, 411, 413, 415, 418, 422, 428, 431, 451])
def test_34_any_other_4xx_that_is_a_verdict_on_the_article_is_not(system: Rehearsal, code: int):
    partner = system.partner()
    partner.will(reply(code))

    publish(system, "a-1")
    time_passes(system, 7 * A_DAY)

    assert system.states() == [("publish", 1, "failed")]
    assert len(partner.requests) == 1


@pytest.mark.parametrize("code", [401, 403, 404, 405, 407])
def test_34_what_says_that_the_destination_is_set_up_wrongly_is_tried_three_times_and_no_more(
    system: Rehearsal, code: int
):
    partner = system.partner()
    partner.will(*[reply(code)] * 9)

    publish(system, "a-1")
    for _ in range(9):
        time_passes(system, A_DAY)

    assert system.states() == [("publish", 1, "failed")]
    assert len(partner.requests) == 3


def test_34_a_429_with_retry_after_waits_that_long(system: Rehearsal):
    partner = system.partner()
    partner.will(reply(429, headers={"Retry-After": "7200"}))
    publish(system, "a-1")

    time_passes(system, minutes(119))
    before = len(partner.requests)
    time_passes(system, minutes(2))

    assert (before, len(partner.requests)) == (1, 2)
    assert system.states() == [("publish", 1, "delivered")]


# 35


def ends_the_destination(system: Rehearsal) -> None:
    system.peers["yunfeng"].will(reply(410))
    publish(system, "bad-1")


def fails_on_seven_days(system: Rehearsal) -> None:
    system.peers["yunfeng"].will(*[reply(503)] * 7)
    publish(system, "bad-1")
    for _ in range(7):
        time_passes(system, A_DAY)


def fails_again_and_again(system: Rehearsal) -> None:
    breaker(system, faults=2, first_rest_s=3600)
    system.peers["yunfeng"].will(reply(503), reply(503))
    publish(system, "bad-1", "bad-2")


@pytest.mark.parametrize(
    "something_critical",
    [ends_the_destination, fails_on_seven_days, fails_again_and_again],
    ids=lambda one: one.__name__,
)
def test_35_a_critical_error_closes_the_partner_and_reopening_continues_where_it_stopped(
    system: Rehearsal, something_critical
):
    # given: one at a time, or they may overtake each other on the way
    url = system.partner().url
    partner = system.partner(destinations=(a_destination(url, concurrency=1),))
    publish(system, "a-0")
    something_critical(system)
    closed = len(partner.requests)

    # when: articles come, one of which is corrected, and then it is opened again
    publish(system, "a-1", "a-2", "a-3")
    system.publish(correction(article="a-2"))
    time_passes(system, minutes(5))
    while_closed = states(system, "a-1", "a-2", "a-3")
    assert len(partner.requests) == closed
    resume(system.ledger, [PUSH])
    for _ in range(3):
        time_passes(system, minutes(1))

    # then: all of it goes, in order, each once, and only the newest version
    assert while_closed == ["waiting"] * 3
    assert states(system, "a-1", "a-2", "a-3", "bad-1") == ["delivered"] * 4
    after = [seen.headers["webhook-id"] for seen in partner.requests[closed:]]
    new = [system.rows(name)[-1].id for name in ("a-1", "a-3", "a-2")]
    assert [key for key in after if key in new] == new
    assert len(after) == len(set(after))
    assert system.rows("a-0")[0].id not in after


def test_35_an_error_that_is_not_critical_does_not_close_the_partner(system: Rehearsal):
    breaker(system, faults=2)
    system.partner().will(*[reply(422)] * 5, reply(400))

    publish(system, *[f"a-{number}" for number in range(7)])

    assert states(system, *[f"a-{number}" for number in range(7)]) == ["failed"] * 6 + ["delivered"]
    assert system.health().is_well


# 37


def test_37_every_destination_counts_its_deliveries_without_gap_or_repeat(system: Rehearsal):
    # given: partners with one and two destinations, corrections, kills, a minor correction, and what can't be written
    url = system.partner("one").url
    system.partner("two", destinations=(a_destination(url, name="first"), a_destination(url, name="second")))
    system.partner("broken", destinations=(a_destination(format="papyrus"),))
    publish(system, "a-1", "a-2", "a-3")
    system.publish(correction(), an_event(UPDATED, version=3, change="minor"), an_event(WITHDRAWN, "a-2", version=2))
    for article in ("a-1", "a-2"):
        system.replan(article)

    listed = {
        name: deliveries(system.ledger, [name]) for name in ("one/push", "two/first", "two/second", "broken/push")
    }

    for name, owed in listed.items():
        assert [one.number for one in owed] == list(range(1, len(owed) + 1)), name
    assert [(one.article, one.action, one.state) for one in listed["one/push"]] == [
        ("a-1", "publish", "delivered"),
        ("a-2", "publish", "delivered"),
        ("a-3", "publish", "delivered"),
        ("a-1", "update", "delivered"),
        ("a-1", "update", "cancelled"),
        ("a-2", "withdraw", "delivered"),
    ]


def test_37_nor_is_there_a_gap_or_a_repeat_when_many_are_planned_at_once(system: Rehearsal):
    for name in ("yunfeng", "songtao"):
        system.partner(name)
    articles = [f"a-{number}" for number in range(24)]
    for article in articles:
        system.tell(an_event(article=article))
    system.queue.steps.clear()

    with ThreadPoolExecutor(4) as planners:
        list(planners.map(lambda article: system.system.perform(Plan(article_id=article)), articles))

    for destination in (PUSH, "songtao/push"):
        owed = deliveries(system.ledger, [destination])
        assert [one.number for one in owed] == list(range(1, 25))
        assert {one.article for one in owed} == set(articles)


# 38


def resend(system: Rehearsal, **which: object) -> Replayed:
    done = system.system.replay(Which(delivered=True, **which))
    system.run_all()
    return done


def test_38_only_the_newest_version_is_sent_again(system: Rehearsal):
    system.partner()
    system.publish(an_event(), correction(2), correction(3))

    resend(system, article="a-1")
    old = resend(system, delivery=system.rows()[0].id)

    assert system.sent() == [(PUBLISHED, 1), (UPDATED, 2), (UPDATED, 3), (UPDATED, 3)]
    assert (old.again, old.left) == ((), 1)


def test_38_what_was_unpublished_can_not_be_sent_again(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event(WITHDRAWN, version=2))

    with pytest.raises(Invalid, match="a-1 is withdrawn: only its removal can be sent again"):
        resend(system, article="a-1")
    resend(system, delivery=system.rows()[0].id)
    resend(system, partner="yunfeng")

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2), (WITHDRAWN, 2)]


def test_38_partners_can_be_chosen(system: Rehearsal):
    for name in ("yunfeng", "songtao"):
        system.partner(name)
    system.publish(an_event())

    resend(system, article="a-1", partner="songtao")

    assert (len(system.sent("yunfeng")), len(system.sent("songtao"))) == (1, 2)


# 40


def test_40_a_410_ends_the_subscription_for_everything_but_removals(system: Rehearsal):
    partner = system.partner()
    publish(system, "a-0")
    partner.will(reply(410))
    publish(system, "a-1", "a-2")

    time_passes(system, 30 * A_DAY)
    system.publish(an_event(WITHDRAWN, "a-0", version=2))

    assert system.sent() == [(PUBLISHED, 1), (PUBLISHED, 1), (WITHDRAWN, 2)]
    assert (system.health().paused_by, states(system, "a-1", "a-2")) == ("partner", ["failed", "waiting"])
    assert status(system.ledger, depth={}, now=system.database_time()).paused == {
        PUSH: "the partner ended this destination (410)"
    }


def test_40_a_success_after_days_of_failure_heals_the_destination(system: Rehearsal):
    system.partner().will(*[reply(503)] * 6)
    publish(system, "a-1")
    for _ in range(5):
        time_passes(system, A_DAY)
    failing = system.health()

    time_passes(system, A_DAY)

    assert (failing.failed_days, failing.failing_since is not None) == (6, True)
    assert (system.health().failed_days, system.health().failing_since) == (0, None)
    assert states(system, "a-1") == ["delivered"]


def test_40_after_it_was_healed_the_days_are_counted_anew(system: Rehearsal):
    system.partner().will(*[reply(503)] * 6, reply(200), *[reply(503)] * 6)
    publish(system, "a-1")
    for _ in range(6):
        time_passes(system, A_DAY)
    publish(system, "a-2")
    for _ in range(5):
        time_passes(system, A_DAY)

    assert (system.health().failed_days, system.health().paused_at) == (6, None)


def test_40_failures_on_one_day_count_once(system: Rehearsal):
    breaker(system, faults=1000, days=2)
    system.partner().will(*[reply(503)] * 20)

    publish(system, *[f"a-{number}" for number in range(20)])

    assert (system.health().failed_days, system.health().paused_at) == (1, None)


def test_40_failures_on_seven_distinct_days_suspend_it(system: Rehearsal):
    partner = system.partner()
    partner.will(*[reply(503)] * 9)
    publish(system, "a-1")

    for _ in range(5):
        time_passes(system, A_DAY)
    on_six_days = system.health()
    time_passes(system, A_DAY)
    on_seven_days = system.health()
    time_passes(system, A_DAY)

    assert (on_six_days.failed_days, on_six_days.paused_at) == (6, None)
    assert (on_seven_days.failed_days, on_seven_days.paused_by) == (7, "failures")
    assert len(partner.requests) == 7


# 45


@pytest.mark.parametrize("place", ["first", "last"])
def test_45_a_formatter_that_raises_for_one_partner_leaves_a_visible_failed_row_and_the_rest_is_delivered(
    system: Rehearsal, monkeypatch: pytest.MonkeyPatch, place: str
):
    # given: a format that can't write this article, which one partner takes
    class Brittle:
        MEDIA_TYPE = "application/json"

        @staticmethod
        def render(*_: object, **__: object) -> None:
            raise ZeroDivisionError("a column of no width")

    monkeypatch.setattr("syndicate.formats.ARTICLE_FORMATS", {**ARTICLE_FORMATS, "brittle": "tests.brittle"})
    monkeypatch.setitem(sys.modules, "tests.brittle", Brittle)
    for name in ("yunfeng", "songtao", "luling"):
        system.partner(name)
    system.partner("broken", destinations=(a_destination(format="brittle"),))
    others = ["yunfeng", "songtao", "luling"]
    system.order(["broken", *others] if place == "first" else [*others, "broken"])

    # when
    publish(system, "a-1")

    # then
    (row,) = system.rows(partner="broken")
    assert (row.state, row.tries) == ("failed", 0)
    assert row.reason == "could not be written as brittle: ZeroDivisionError: a column of no width"
    assert [one.reason for one in deliveries(system.ledger, ["broken/push"])] == [row.reason]
    assert status(system.ledger, depth={}, now=system.now).failed_articles == ("a-1",)
    assert [system.sent(name) for name in others] == [[(PUBLISHED, 1)]] * 3
    assert b"a-1" in system.feed("all", "json")
