"""Versions, corrections and kills and who gets them, as scenarios 14 to 32 of the design tell it: on both databases.

Scenarios 15, 18 to 20 and 22 to 26 are told in test_scenarios_newsroom.py, and 29 in tests/end_to_end.
"""

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from structlog.testing import capture_logs

from syndicate.model.feed import FeedFamily
from syndicate.monitor.status import status
from syndicate.monitor.withdrawals import Standing, withdrawals
from syndicate.pipeline.pause import pause
from syndicate.settings import Retention
from tests.builders import a_destination, an_agreement, an_event, hours, minutes
from tests.fakes.partner import hang_up, reply
from tests.fakes.rehearsal import Rehearsal

PUBLISHED, UPDATED, WITHDRAWN = "published", "updated", "withdrawn"
A_DAY = timedelta(days=1)
NEWS = ["要闻", "水上"]


def days_pass(system: Rehearsal, many: float) -> None:
    """So many days pass on every clock, and what is due then is done."""
    system.let_time_pass(many * A_DAY)
    system.advance(many * A_DAY)
    system.sweep_and_run()


def correction(version: int = 2, **changes: object) -> dict:
    return an_event(UPDATED, version=version, **changes)


def kill(version: int = 9, article: str = "a-1") -> dict:
    return an_event(WITHDRAWN, article, version=version)


# 14


def test_14_published_corrected_and_corrected_again_each_partner_gets_each_version_once(system: Rehearsal):
    for name in ("yunfeng", "songtao", "luling"):
        system.partner(name)

    system.publish(an_event(), correction(2), correction(3))
    for _ in range(2):  # whatever may happen twice does
        system.replan()
        system.lose_queue()
        system.sweep_and_run()

    for name in system.peers:
        assert system.sent(name) == [(PUBLISHED, 1), (UPDATED, 2), (UPDATED, 3)]


# 16


def test_16_a_correction_also_goes_to_a_partner_that_matches_only_now(system: Rehearsal):
    system.partner("had-it")
    system.partner("matches-now", agreement=an_agreement(sections=("文旅",)))
    system.publish(an_event(section=NEWS))
    assert system.sent("matches-now") == []

    system.publish(correction(section=["文旅"]))

    assert system.sent("had-it") == [(PUBLISHED, 1), (UPDATED, 2)]
    assert system.sent("matches-now") == [(PUBLISHED, 2)]


# 17: a rewrite is a correction that moves the article


def test_17_a_rewrite_goes_to_those_who_had_the_original_while_rights_clear_them(system: Rehearsal):
    system.partner("every-section")
    system.partner("both-sections", agreement=an_agreement(sections=("要闻", "文旅")))
    system.publish(an_event(section=NEWS))

    system.publish(correction(section=["文旅"], headline="渡口新生"))

    for name in ("every-section", "both-sections"):
        assert system.sent(name) == [(PUBLISHED, 1), (UPDATED, 2)]


def test_17_those_whom_rights_no_longer_clear_for_the_rewrite_get_a_removal(system: Rehearsal):
    system.partner("news-only", agreement=an_agreement(sections=("要闻",)))
    system.publish(an_event(section=NEWS))

    system.publish(correction(section=["文旅"], headline="渡口新生"))

    assert system.sent("news-only") == [(PUBLISHED, 1), (WITHDRAWN, 2)]


def test_17_those_who_never_had_the_original_and_are_not_cleared_for_the_rewrite_hear_nothing(system: Rehearsal):
    system.partner("sports-only", agreement=an_agreement(sections=("体育",)))

    system.publish(an_event(section=NEWS), correction(section=["文旅"]))

    assert system.sent("sports-only") == []


# 21


def test_21_a_kill_of_an_article_that_exists_only_in_the_archive_reaches_all_who_had_it(system: Rehearsal):
    # given: an article that no feed holds any more, and whose bytes retention has dropped
    system.partner()
    system.feeds(FeedFamily(id="all", title="全部", description="全部稿件", length=1))
    system.publish(an_event())
    days_pass(system, 400)
    system.publish(an_event(article="a-2", published_at=system.now.isoformat()))
    system.prune()
    assert "a-1" not in system.feed("all", "json").decode()
    assert not system.has_bytes(system.rows()[0])
    before = len(system.sent())

    # when
    system.publish(kill())

    # then
    (last,) = system.peers["yunfeng"].requests[before:]
    told = json.loads(last.body)
    assert (told["uri"].rsplit(":", 1)[1], told["pubStatus"]) == ("a-1", "canceled")
    assert told["headlines"][0]["value"] == "老码头重新开渡"


# 27


@pytest.mark.parametrize("answer", [reply(503), hang_up(), reply(429, headers={"Retry-After": "60"})])
def test_27_killed_while_v1_is_being_retried_v1_never_goes_out(system: Rehearsal, answer):
    system.partner().will(answer)
    system.publish(an_event())
    assert system.states() == [("publish", 1, "waiting")]

    system.publish(kill())
    for _ in range(5):
        days_pass(system, 1)

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]
    assert system.states() == [("publish", 1, "cancelled"), ("withdraw", 2, "delivered")]


# 28


def test_28_v2_published_while_v1_is_being_retried_the_partner_ends_with_v2_and_v1_is_marked_superseded(
    system: Rehearsal,
):
    system.partner().will(reply(503))
    system.publish(an_event())

    system.publish(correction())
    for _ in range(5):
        days_pass(system, 1)

    assert system.sent() == [(PUBLISHED, 1), (UPDATED, 2)]
    first, second = system.rows()
    assert (first.state, first.reason, second.state) == ("cancelled", "superseded by revision 2", "delivered")


# 30


def goes_from_the_configuration(system: Rehearsal) -> None:
    system.part_with("yunfeng")


def loses_its_destination(system: Rehearsal) -> None:
    system.partner("yunfeng", destinations=())


def loses_its_agreement(system: Rehearsal) -> None:
    system.partner("yunfeng", agreement=None)


def has_an_agreement_that_ended(system: Rehearsal) -> None:
    system.partner("yunfeng", agreement=an_agreement(ends=date(2025, 5, 5)))


def is_paused(system: Rehearsal) -> None:
    pause(system.ledger, ["yunfeng/push"], because="合同到期")


@pytest.mark.parametrize(
    "is_deactivated",
    [
        goes_from_the_configuration,
        loses_its_destination,
        loses_its_agreement,
        has_an_agreement_that_ended,
        is_paused,
    ],
    ids=lambda one: one.__name__,
)
def test_30_a_kill_reaches_a_partner_that_was_deactivated_yesterday(
    system: Rehearsal, is_deactivated: Callable[[Rehearsal], None]
):
    system.partner("yunfeng")
    system.publish(an_event())
    is_deactivated(system)
    system.begin()
    days_pass(system, 1)

    system.publish(kill())

    assert system.sent("yunfeng") == [(PUBLISHED, 1), (WITHDRAWN, 2)]


# 31


def test_31_a_kill_60_days_later_after_retention_ran_reaches_everybody_who_ever_had_any_version(system: Rehearsal):
    # given: partners who got everything, only the first version, nothing for certain, and nothing; one has left since
    system.reconfigure(system.system.settings.model_copy(update={"retention": Retention(bodies_days=30)}))
    for name in ("has-all", "has-first", "may-have", "has-left"):
        system.partner(name)
    system.partner("never", agreement=an_agreement(sections=("体育",)))
    system.peers["has-first"].will(reply(200), reply(422))
    system.peers["may-have"].will(hang_up(), reply(422))
    system.publish(an_event(), correction(2), correction(3, change="minor"))
    system.part_with("has-left")

    # when: 60 days pass, the queue is empty, and retention has run
    days_pass(system, 60)
    system.lose_queue()
    assert system.prune() > 0
    assert not any(system.has_bytes(row) for row in system.rows(partner="has-all"))
    system.publish(kill())

    # then
    for name in ("has-all", "has-first", "may-have", "has-left"):
        assert (name, system.sent(name)[-1]) == (name, (WITHDRAWN, 4))
    assert system.sent("never") == []


# 32


def standings(system: Rehearsal, *, only_open: bool = False) -> list[Standing]:
    """How the kill stands at each partner."""
    directory = system.system.newsroom.directory
    found = withdrawals(system.ledger, directory=directory, now=system.database_time(), only_open=only_open)
    return [removal.standing for one in found for removal in one.removals]


@pytest.fixture
def killed(system: Rehearsal) -> Rehearsal:
    """A kill that two partners have accepted, each of whom told the address of its page, which is there still."""
    for name in ("songtao", "yunfeng"):
        partner = system.partner(name)
        page = partner.show("/a/1.html")
        partner.will(reply(201, body=json.dumps({"url": page}).encode()))
    system.publish(an_event(), kill())
    system.sweep_and_run()
    return system


@pytest.mark.parametrize("status", [404, 410])
def test_32_a_kill_is_not_complete_until_every_partners_page_is_gone(killed: Rehearsal, status: int):
    system = killed
    assert standings(system) == ["checking", "checking"]

    for name, standing in (("songtao", ["gone", "checking"]), ("yunfeng", ["gone", "gone"])):
        system.peers[name].show("/a/1.html", reply(status))
        system.let_time_pass(hours(6))
        system.sweep_and_run()
        assert standings(system) == standing

    assert standings(system, only_open=True) == []


def test_32_escalation_fires_at_the_deadline_and_not_before(killed: Rehearsal):
    system = killed
    with capture_logs() as before:
        for _ in range(23):
            system.let_time_pass(hours(1))
            system.sweep_and_run()
    in_time = standings(system), status(system.ledger, depth={}, now=system.database_time()).overdue

    system.let_time_pass(hours(1) + minutes(1))
    with capture_logs() as at_the_deadline:
        system.sweep_and_run()

    assert in_time == (["checking", "checking"], ())
    assert standings(system) == ["overdue", "overdue"]
    late = status(system.ledger, depth={}, now=system.database_time()).overdue
    assert sorted(late) == ["a-1 at songtao/push", "a-1 at yunfeng/push"]
    assert [line["event"] for line in before if line["log_level"] == "error"] == []
    lines = [line for line in at_the_deadline if line["log_level"] == "error"]
    assert sorted((line["event"], line["destination"]) for line in lines) == [
        ("takedown.overdue", "songtao/push"),
        ("takedown.overdue", "yunfeng/push"),
    ]


def test_32_a_destination_may_have_a_deadline_of_its_own(system: Rehearsal):
    partner = system.partner()
    system.partner(destinations=(a_destination(partner.url, verify_within_h=2),))
    partner.will(reply(201, body=json.dumps({"url": partner.show("/a/1.html")}).encode()))
    system.publish(an_event(), kill())

    system.let_time_pass(hours(2))
    system.sweep_and_run()

    assert standings(system) == ["overdue"]
