"""What a newsroom does with stories beyond publishing, as the scenarios of the design tell it: on both databases."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from syndicate.ledger import articles
from syndicate.model.problem import Invalid
from syndicate.pipeline.receive import Conflict
from tests.builders import NOON, an_agreement, an_event, hours
from tests.fakes.partner import reply
from tests.fakes.rehearsal import Rehearsal

PUBLISHED, UPDATED, WITHDRAWN = "published", "updated", "withdrawn"
SIX = (NOON + hours(6)).isoformat()
BOUND = an_agreement(under_embargo=True)


@pytest.fixture
def system(system: Rehearsal) -> Rehearsal:
    """The system once its feeds stand, still empty."""
    system.sweep_and_run()
    return system


def live(system: Rehearsal) -> list[str]:
    """The articles that readers of the public feed see."""
    return sorted(item["id"].rsplit(":", 1)[1] for item in json.loads(system.feed("all", "json"))["items"])


def held(system: Rehearsal, partner: str = "yunfeng") -> list[str]:
    """The articles that a partner's readers see: whatever came last about each."""
    last = {seen["uri"]: seen["pubStatus"] for seen in documents(system, partner)}
    return sorted(uri.rsplit(":", 1)[1] for uri, status in last.items() if status == "usable")


def documents(system: Rehearsal, partner: str = "yunfeng") -> list[dict[str, str]]:
    return [json.loads(seen.body) for seen in system.peers[partner].requests]


def refused(system: Rehearsal, *event: str, **changes: object) -> str:
    """Say what can't be accepted as things stand, see that it leaves no trace, and tell why."""
    before = system.count()
    with pytest.raises(Conflict) as conflict:
        system.tell(an_event(*event, **changes))
    assert system.count() == before
    return str(conflict.value)


def wrong(system: Rehearsal, *event: str, **changes: object) -> dict[str, str]:
    """Say what is wrong in itself, see that it leaves no trace, and tell why by field."""
    before = system.count()
    with pytest.raises(Invalid) as invalid:
        system.tell(an_event(*event, **changes))
    assert system.count() == before
    return {problem.field: problem.message for problem in invalid.value.problems}


def hour_comes(system: Rehearsal, by: timedelta) -> None:
    system.advance(by)
    system.sweep_and_run()


# 15


def test_15_publishing_an_already_corrected_version_fails(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event("updated", version=2))

    late = system.tell(an_event(version=2, id="late"))
    system.run_all()

    assert (late.outcome, late.reason) == ("ignored", "version 2 is not newer than version 2, which we have")
    assert system.sent() == [(PUBLISHED, 1), (UPDATED, 2)]


# 18


def test_18_a_kill_goes_to_all_who_had_it_and_to_nobody_else(system: Rehearsal):
    system.partner("bound", agreement=BOUND)
    system.partner("waits")
    system.publish(an_event(embargo_until=SIX))

    system.publish(an_event("withdrawn", version=2))
    hour_comes(system, hours(7))

    assert (system.sent("bound"), system.sent("waits")) == ([(PUBLISHED, 1), (WITHDRAWN, 2)], [])


@pytest.mark.parametrize("field", ["embargo_until", "publish_at"])
def test_18_a_kill_clears_embargo_and_schedule(system: Rehearsal, field: str):
    system.partner()
    system.publish(an_event(**{field: SIX}))

    system.publish(an_event("withdrawn", version=2), an_event(version=3))

    assert system.sent() == [(PUBLISHED, 3)]
    assert live(system) == ["a-1"]


# 19


def test_19_what_was_unpublished_may_be_published_again_under_the_same_name_with_a_later_date(system: Rehearsal):
    system.partner()

    system.publish(an_event(), an_event("withdrawn", version=2), an_event(version=3))

    first, tombstone, again = documents(system)
    assert first["uri"] == tombstone["uri"] == again["uri"]
    assert first["versionCreated"] < tombstone["versionCreated"] < again["versionCreated"]


def test_19_a_takedown_is_final(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event("withdrawn", version=2, final=True))

    again = system.tell(an_event(version=3))
    system.run_all()

    assert (again.outcome, again.reason) == ("ignored", "the article was withdrawn for good")
    assert held(system) == []


# 20


def test_20_an_unpublish_with_no_queue_record_still_reaches_matching_partners(system: Rehearsal):
    # given: the queue has forgotten everything that there ever was, and forgets this too; the ledger has not
    system.partner()
    system.publish(an_event())
    system.tell(an_event("withdrawn", version=2))
    system.lose_queue()

    system.sweep_and_run()

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]


# 22


def a_package(version: int = 1, *, kind: str = PUBLISHED, items: tuple[str, ...] = ("a-1", "a-2")) -> dict:
    return an_event(kind, "p-1", version=version, items=list(items))


def test_22_a_kill_is_refused_while_the_article_is_in_a_live_package(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event(article="a-2"), a_package())

    said = refused(system, "withdrawn", version=2)

    assert said == "article a-1 is in the live package p-1: withdraw or correct the package first"
    assert held(system) == ["a-1", "a-2", "p-1"]


def test_22_the_same_kill_is_accepted_once_the_package_is_killed(system: Rehearsal):
    system.partner()
    system.publish(an_event(), a_package())
    refused(system, "withdrawn", version=2)

    system.publish(an_event("withdrawn", "p-1", version=2), an_event("withdrawn", version=2))

    assert held(system) == []


def test_22_a_kill_is_accepted_once_the_package_is_corrected_and_does_not_list_it(system: Rehearsal):
    system.partner()
    system.publish(an_event(), a_package(), a_package(2, kind=UPDATED, items=("a-2",)))

    system.publish(an_event("withdrawn", version=2))

    assert held(system) == ["p-1"]


def test_22_a_package_published_again_protects_its_articles_again(system: Rehearsal):
    system.publish(an_event(), a_package(), an_event("withdrawn", "p-1", version=2), a_package(3))

    assert "live package p-1" in refused(system, "withdrawn", version=2)


def test_22_every_package_that_is_in_the_way_is_named(system: Rehearsal):
    system.publish(an_event(), a_package(), an_event(article="p-2", items=["a-1"]))

    assert "in the live packages p-1, p-2:" in refused(system, "withdrawn", version=2)


def test_22_a_late_correction_of_a_package_that_changes_nothing_frees_nothing(system: Rehearsal):
    system.publish(an_event(), a_package(version=5), a_package(4, kind=UPDATED, items=()))

    assert "live package p-1" in refused(system, "withdrawn", version=2)


def test_22_what_is_withdrawn_already_can_be_withdrawn_for_good_whatever_lists_it(system: Rehearsal):
    system.publish(an_event(), an_event("withdrawn", version=2), a_package())

    assert system.tell(an_event("withdrawn", version=2, id="w-2", final=True)).outcome == "accepted"


def test_22_what_is_in_a_live_package_can_not_be_descheduled_either(system: Rehearsal):
    system.publish(an_event(publish_at=SIX), a_package())

    assert "live package p-1" in refused(system, "descheduled", version=1)


# 23


def test_23_a_derived_story_is_killed_with_its_master(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event(article="d-1", derived_from="a-1"))

    system.publish(an_event("withdrawn", version=2))

    assert (held(system), live(system)) == ([], [])
    assert documents(system)[-1]["edNote"] == "the story it derives from (a-1) was withdrawn"


def test_23_a_derived_story_is_withheld_whose_master_was_killed_before(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event("withdrawn", version=2))

    system.publish(an_event(article="d-1", derived_from="a-1"))

    assert (system.sent(), live(system)) == ([(PUBLISHED, 1), (WITHDRAWN, 2)], [])
    assert {one.clearance.rule for one in system.answers("d-1").values()} == {"derived"}


def test_23_a_derived_story_is_withheld_whose_master_was_killed_before_we_ever_saw_it(system: Rehearsal):
    system.partner()

    system.publish(an_event("withdrawn", version=2), an_event(article="d-1", derived_from="a-1"))

    assert held(system) == []


def test_23_a_master_that_we_have_never_seen_changes_nothing(system: Rehearsal):
    system.partner()

    system.publish(an_event(article="d-1", derived_from="a-1"))

    assert (held(system), live(system)) == (["d-1"], ["d-1"])


def test_23_a_correction_of_the_master_sends_nothing_of_its_derived_stories(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event(article="d-1", derived_from="a-1"))

    system.publish(an_event("updated", version=2))

    assert system.states("d-1") == [("publish", 1, "delivered")]


def test_23_a_master_published_again_brings_its_derived_stories_back(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event(article="d-1", derived_from="a-1"), an_event("withdrawn", version=2))

    system.publish(an_event(version=3))

    assert (held(system), live(system)) == (["a-1", "d-1"], ["a-1", "d-1"])


def test_23_what_derives_from_a_derived_story_goes_and_comes_with_it(system: Rehearsal):
    system.partner()
    chain = [an_event(article=f"d-{number}", derived_from=f"d-{number - 1}") for number in range(2, 5)]
    system.publish(an_event(), an_event(article="d-1", derived_from="a-1"), *chain)

    system.publish(an_event("withdrawn", version=2))
    gone = held(system)
    system.publish(an_event(version=3))

    assert (gone, held(system)) == ([], ["a-1", "d-1", "d-2", "d-3", "d-4"])


def test_23_stories_that_derive_from_each_other_come_to_an_end(system: Rehearsal):
    system.partner()
    system.publish(an_event(derived_from="d-1"), an_event(article="d-1", derived_from="a-1"))

    system.publish(an_event("withdrawn", version=2))
    gone = held(system)
    system.publish(an_event(version=3, derived_from="d-1"))

    assert (gone, held(system)) == ([], ["a-1", "d-1"])


def test_23_a_correction_that_names_another_master_or_none_frees_the_story_and_what_derives_from_it(system: Rehearsal):
    system.partner()
    system.publish(
        an_event(),
        an_event(article="d-1", derived_from="a-1"),
        an_event(article="d-2", derived_from="d-1"),
        an_event("withdrawn", version=2),
    )

    system.publish(an_event("updated", "d-1", version=2, derived_from=None))

    assert held(system) == ["d-1", "d-2"]


def test_23_the_order_to_take_derived_stories_back_survives_the_queue(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event(article="d-1", derived_from="a-1"))
    system.tell(an_event("withdrawn", version=2))
    system.run_next()
    system.lose_queue()

    system.sweep_and_run()

    assert held(system) == []


def test_23_taking_derived_stories_back_is_decided_in_the_withdraw_lane(system: Rehearsal):
    system.publish(an_event(), an_event(article="d-1", derived_from="a-1"))
    system.tell(an_event("withdrawn", version=2))

    system.run_next()

    assert [(step.article_id, step.urgent) for step in system.queue.steps if hasattr(step, "article_id")] == [
        ("d-1", True)
    ]


@pytest.mark.parametrize("ends", [WITHDRAWN, PUBLISHED])
def test_23_a_plan_of_the_derived_story_notices_what_became_of_its_master_meanwhile(system: Rehearsal, ends: str):
    # given: the plan has looked at the master, and has written nothing down yet
    system.partner()
    system.publish(an_event(), an_event(article="d-1", derived_from="a-1"))
    if ends == PUBLISHED:
        system.publish(an_event("withdrawn", version=2))

    def the_master_changes() -> None:
        system.tell(an_event(ends, version=3))
        system.run_next()
        system.queue.steps.clear()

    # when
    system.queue(system.plan_overtaken_by(the_master_changes, article="d-1"))
    system.run_all()
    system.sweep_and_run()

    # then
    assert held(system) == ([] if ends == WITHDRAWN else ["a-1", "d-1"])


def test_23_a_plan_notices_a_master_that_goes_and_comes_back_within_one_moment(system: Rehearsal):
    # given: the master is withdrawn, and its derived story isn't decided again yet
    system.partner()
    system.publish(an_event(), an_event(article="d-1", derived_from="a-1"))
    system.tell(an_event("withdrawn", version=2))
    system.run_next()
    system.queue.steps.clear()

    def the_master_comes_back() -> None:
        system.tell(an_event(version=3))
        system.run_next()
        system.queue.steps.clear()

    # when
    system.queue(system.plan_overtaken_by(the_master_comes_back, article="d-1"))
    system.run_all()
    system.sweep_and_run()

    # then
    assert {one.clearance.decision for one in system.answers("d-1").values()} == {"cleared"}


# 24


def test_24_an_embargo_lets_some_partners_have_it_at_once_and_others_when_it_lapses(system: Rehearsal):
    system.partner("bound", agreement=BOUND)
    system.partner("waits")

    system.publish(an_event(embargo_until=SIX))
    before = system.sent("bound"), system.sent("waits"), live(system)
    hour_comes(system, hours(6))

    assert before == ([(PUBLISHED, 1)], [], [])
    assert (system.sent("bound"), system.sent("waits")) == ([(PUBLISHED, 1)], [(PUBLISHED, 1)])
    assert live(system) == ["a-1"]


def test_24_who_has_it_under_embargo_is_told_until_when(system: Rehearsal):
    system.partner(agreement=BOUND)

    system.publish(an_event(embargo_until=SIX))

    (told,) = documents(system)
    assert datetime.fromisoformat(told["embargoedUntil"]) == NOON + hours(6)


def test_24_an_embargo_cannot_be_set_after_publication(system: Rehearsal):
    system.publish(an_event())

    said = wrong(system, "updated", version=2, embargo_until=SIX)

    assert list(said) == ["data.embargo_until"]
    assert said["data.embargo_until"].startswith("can't be set once the article is published")


def test_24_an_embargo_that_has_lapsed_cannot_be_set_again(system: Rehearsal):
    system.publish(an_event(embargo_until=SIX))
    hour_comes(system, hours(6))

    said = wrong(system, "updated", version=2, embargo_until=(NOON + hours(9)).isoformat())

    assert list(said) == ["data.embargo_until"]


def test_24_an_embargo_that_runs_may_be_moved(system: Rehearsal):
    system.partner()
    system.publish(an_event(embargo_until=SIX))

    system.publish(an_event("updated", version=2, embargo_until=(NOON + hours(2)).isoformat()))
    hour_comes(system, hours(2))

    assert system.sent() == [(PUBLISHED, 2)]


def test_24_an_article_that_is_brought_back_may_have_an_embargo(system: Rehearsal):
    system.publish(an_event(), an_event("withdrawn", version=2))

    assert system.tell(an_event(version=3, embargo_until=SIX)).outcome == "accepted"


def test_24_an_embargo_is_not_copied_to_what_derives_from_the_article(system: Rehearsal):
    system.partner()

    system.publish(an_event(embargo_until=SIX), an_event(article="d-1", derived_from="a-1"))

    assert held(system) == ["d-1"]


def test_24_an_embargo_never_stands_together_with_a_schedule(system: Rehearsal):
    assert list(wrong(system, embargo_until=SIX, publish_at=SIX)) == ["data.publish_at"]


# 25


@pytest.mark.parametrize("zone", [timezone(timedelta(hours=-8)), timezone(timedelta(hours=5, minutes=45)), UTC])
def test_25_a_schedule_may_be_told_in_another_time_zone(system: Rehearsal, zone: timezone):
    system.partner("yunfeng")
    system.partner("bound", agreement=BOUND)
    system.publish(an_event(publish_at=(NOON + hours(3)).astimezone(zone).isoformat()))

    hour_comes(system, timedelta(hours=3, seconds=-1))
    before = held(system), held(system, "bound"), live(system)
    hour_comes(system, timedelta(seconds=1))

    assert before == ([], [], [])
    assert (held(system), held(system, "bound"), live(system)) == (["a-1"], ["a-1"], ["a-1"])


def test_25_what_is_descheduled_is_as_if_it_had_not_been_published(system: Rehearsal):
    system.partner()
    system.publish(an_event(publish_at=SIX))

    system.publish(an_event("descheduled", version=1))
    hour_comes(system, hours(7))

    assert (system.rows(), system.sent(), live(system)) == ([], [], [])


def test_25_what_was_descheduled_is_brought_back_by_being_published_as_if_for_the_first_time(system: Rehearsal):
    system.partner(agreement=an_agreement(delay_minutes=60))
    system.publish(an_event(publish_at=SIX), an_event("descheduled", version=1))
    system.advance(hours(30))

    system.publish(an_event(version=2, published_at=system.now.isoformat()))
    at_once = system.sent()
    hour_comes(system, hours(1))

    assert (at_once, system.sent()) == ([], [(PUBLISHED, 3)])


def test_25_only_being_published_brings_back_what_was_descheduled(system: Rehearsal):
    system.publish(an_event(publish_at=SIX), an_event("descheduled", version=1))

    late = system.tell(an_event("updated", version=2))

    assert (late.outcome, late.reason) == (
        "ignored",
        "the article is descheduled: only article.published brings it back",
    )


def test_25_descheduling_in_the_past_fails_and_says_when_it_was_published_and_what_to_do(system: Rehearsal):
    system.partner()
    system.publish(an_event(publish_at=SIX))
    hour_comes(system, hours(6))

    said = refused(system, "descheduled", version=2)

    assert said == "article a-1 was published on 2025-05-06 18:00: withdraw it instead, with article.withdrawn"
    assert held(system) == ["a-1"]


def test_25_descheduling_what_was_never_scheduled_fails(system: Rehearsal):
    system.publish(an_event())

    assert "was published on 2025-05-06 12:00: withdraw it" in refused(system, "descheduled", version=2)


def test_25_descheduling_what_we_were_never_told_of_fails(system: Rehearsal):
    assert refused(system, "descheduled") == "article a-1 is not scheduled: we were never told of it"


def test_25_descheduling_twice_changes_nothing(system: Rehearsal):
    system.publish(an_event(publish_at=SIX), an_event("descheduled", version=1))

    again = system.tell(an_event("descheduled", version=1, id="again"))

    assert (again.outcome, again.reason) == ("ignored", "the article is descheduled already")


def test_25_a_master_that_was_descheduled_leaves_its_derived_stories_alone(system: Rehearsal):
    system.partner()
    system.publish(an_event(publish_at=SIX), an_event(article="d-1", derived_from="a-1"))

    system.publish(an_event("descheduled", version=1))

    assert held(system) == ["d-1"]


def test_25_a_master_that_is_withdrawn_after_it_was_descheduled_takes_them_back(system: Rehearsal):
    system.partner()
    system.publish(an_event(publish_at=SIX), an_event(article="d-1", derived_from="a-1"))

    system.publish(an_event("descheduled", version=1), an_event("withdrawn", version=1))

    assert held(system) == []


def test_25_a_master_that_was_to_be_brought_back_and_is_descheduled_is_withdrawn_as_before(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event(article="d-1", derived_from="a-1"), an_event("withdrawn", version=2))

    system.publish(an_event(version=3, publish_at=SIX), an_event("descheduled", version=3))

    assert (held(system), live(system)) == ([], [])


def test_25_what_is_brought_back_by_a_schedule_is_taken_from_those_whose_removal_had_failed(system: Rehearsal):
    system.partner().will(reply(200), reply(503))
    system.publish(an_event(), an_event("withdrawn", version=2))

    system.publish(an_event(version=3, publish_at=SIX))
    before = held(system)
    hour_comes(system, hours(6))

    assert (before, held(system)) == ([], ["a-1"])


def test_25_a_correction_while_the_schedule_runs_must_speak_of_it(system: Rehearsal):
    system.publish(an_event(publish_at=SIX))

    said = wrong(system, "updated", version=2)

    assert list(said) == ["data.publish_at"]
    assert "repeat it, change it, or say null" in said["data.publish_at"]


@pytest.mark.parametrize(
    ("told", "hour"), [(SIX, 6), ((NOON + hours(2)).isoformat(), 2), ((NOON + hours(9)).isoformat(), 9), (None, 0)]
)
def test_25_a_correction_while_the_schedule_runs_may_repeat_it_change_it_or_publish_at_once(
    system: Rehearsal, told: str | None, hour: int
):
    system.partner()
    system.publish(an_event(publish_at=SIX), an_event("updated", version=2, publish_at=told))
    hour_comes(system, timedelta(hours=hour, seconds=-1 if hour else 0))
    before = system.sent()

    hour_comes(system, timedelta(seconds=1))

    assert before == ([] if hour else [(PUBLISHED, 2)])
    assert system.sent() == [(PUBLISHED, 2)]


def test_25_a_schedule_cannot_be_set_once_the_article_is_published(system: Rehearsal):
    system.publish(an_event())

    assert list(wrong(system, "updated", version=2, publish_at=SIX)) == ["data.publish_at"]


def test_25_a_delay_counts_from_the_hour_the_article_was_scheduled_for(system: Rehearsal):
    system.partner(agreement=an_agreement(delay_minutes=60))
    system.publish(an_event(publish_at=SIX))

    hour_comes(system, hours(6))
    at_the_hour = system.sent()
    hour_comes(system, hours(1))

    assert (at_the_hour, system.sent()) == ([], [(PUBLISHED, 1)])


@pytest.mark.parametrize("hour", [2, 9])
def test_25_first_publication_follows_the_schedule_when_it_is_moved(system: Rehearsal, hour: int):
    moved = NOON + hours(hour)
    system.publish(an_event(publish_at=SIX), an_event("updated", version=2, publish_at=moved.isoformat()))
    system.at(moved)

    system.publish(an_event("updated", version=3))

    with system.ledger.read() as connection:
        head = articles.head(connection, "a-1")
    assert head is not None
    assert head.first_published == moved


# 26


def test_26_scheduled_articles_do_not_block_immediate_ones(system: Rehearsal):
    system.partner()
    for number in range(20):
        system.tell(an_event(article=f"s-{number}", publish_at=SIX))

    system.publish(an_event())

    assert (held(system), live(system)) == (["a-1"], ["a-1"])


def test_26_a_partner_that_fails_on_an_immediate_article_gets_the_scheduled_one_at_its_hour(system: Rehearsal):
    system.partner().will(reply(422))
    system.publish(an_event(article="s-1", publish_at=SIX), an_event())

    hour_comes(system, hours(6))

    assert system.states("s-1") == [("publish", 1, "delivered")]
