"""Who gets the newest revision, and what is owed to whom: on both databases, with partners on loopback."""

import json
from datetime import date
from itertools import permutations

import pytest

from syndicate.model.delivery import Outcome
from syndicate.model.step import Plan
from tests.builders import NOON, STATE, a_destination, an_agreement, an_event, hours, shanghai
from tests.fakes.partner import reply
from tests.fakes.rehearsal import Rehearsal

REPRINT = {"kind": "reprint", "source": STATE}
PUBLISHED, UPDATED, WITHDRAWN = "published", "updated", "withdrawn"


def test_what_is_published_reaches_the_partner(system: Rehearsal):
    system.partner()

    system.publish(an_event())

    assert system.sent() == [(PUBLISHED, 1)]
    assert system.states() == [("publish", 1, "delivered")]


def test_every_pair_of_partner_and_article_has_a_row_also_where_the_answer_was_no(system: Rehearsal):
    system.partner("agreed")
    system.partner("unsigned", agreement=None)
    system.partner("sports", agreement=an_agreement(sections=("体育",)))
    system.partner("patient", agreement=an_agreement(delay_minutes=60))

    system.publish(an_event())

    answers = {
        audience: (found.clearance.decision, found.clearance.rule) for audience, found in system.answers().items()
    }
    assert answers == {
        "public": ("cleared", "all"),
        "agreed": ("cleared", "all"),
        "unsigned": ("refused", "term"),
        "sports": ("refused", "scope"),
        "patient": ("held", "delay"),
    }


def test_a_reprint_is_sent_to_nobody(system: Rehearsal):
    system.partner()

    system.publish(an_event(origin=REPRINT))

    assert system.sent() == []


def test_what_is_delivered_quotes_the_agreement_and_the_version_of_its_terms(system: Rehearsal):
    agreement = an_agreement(number="QSW-9")
    system.partner(agreement=agreement)

    system.publish(an_event())

    manifest = system.manifest(system.rows()[0])
    assert (manifest.agreement, manifest.terms) == ("QSW-9", agreement.version)


def test_what_is_delivered_carries_our_picture_and_not_the_others(system: Rehearsal):
    partner = system.partner()

    system.publish(an_event())

    body = partner.requests[0].body.decode()
    assert "img/ferry.jpg" in body
    assert "img/river.jpg" not in body


def test_planning_twice_is_harmless(system: Rehearsal):
    system.partner("agreed")
    system.partner("sports", agreement=an_agreement(sections=("体育",)))
    system.partner("patient", agreement=an_agreement(delay_minutes=60))
    system.publish(an_event())
    before = system.count()

    system.replan()

    assert system.count() == before
    assert system.sent("agreed") == [(PUBLISHED, 1)]


def test_planning_twice_before_anything_left_owes_it_once(system: Rehearsal):
    system.partner()
    system.tell(an_event())
    system.run_next()
    system.lose_queue()

    system.replan()

    assert system.sent() == [(PUBLISHED, 1)]
    assert len(system.rows()) == 1


def test_planning_the_same_answer_again_after_a_removal_settled_finds_no_other_duty(system: Rehearsal):
    # given: while the removal is in flight, the article comes back, and is planned as an update
    system.partner()
    system.publish(an_event())
    system.tell(an_event("withdrawn", version=2))
    system.run_next()
    removal = system.rows()[-1]
    system.lose_queue()

    def be_published_again(destination, parcel):
        system.publish(an_event(version=3))
        assert system.states()[1:] == [("withdraw", 2, "sending"), ("update", 3, "waiting")]
        return Outcome(kind="delivered", reason="收到")

    system.send_by(be_published_again, [removal.id])

    # when
    system.replan()

    # then
    assert system.states() == [("publish", 1, "delivered"), ("withdraw", 2, "delivered"), ("update", 3, "delivered")]
    assert system.sent() == [(PUBLISHED, 1), (UPDATED, 3)]


def test_a_plan_that_was_overtaken_by_a_newer_one_starts_again_and_changes_nothing(system: Rehearsal):
    # given: a slow plan has found that the partner must wait; meanwhile the hold lapses, and a newer plan lets it go
    system.partner(agreement=an_agreement(delay_minutes=120))
    system.tell(an_event())
    system.lose_queue()

    def let_the_hold_lapse() -> None:
        system.advance(hours(2))
        system.replan()

    # when
    follows = system.plan_overtaken_by(let_the_hold_lapse)

    # then
    answer = system.answers()["yunfeng"]
    assert follows == [Plan(article_id="a-1")]
    assert (answer.clearance.decision, answer.edition) == ("cleared", 1)
    assert system.states() == [("publish", 1, "delivered")]


def test_a_plan_that_starts_again_comes_to_an_end(system: Rehearsal):
    system.partner(agreement=an_agreement(delay_minutes=120))
    system.tell(an_event())
    system.lose_queue()

    system.queue(system.plan_overtaken_by(system.replan))
    system.run_all()

    assert not system.queue.steps
    assert system.answers()["yunfeng"].edition == 1


def test_a_plan_that_nobody_overtook_is_written_down_at_once(system: Rehearsal):
    system.partner()
    system.tell(an_event())
    system.lose_queue()

    follows = system.plan_overtaken_by(lambda: None)

    assert Plan(article_id="a-1") not in follows
    assert system.states() == [("publish", 1, "waiting")]


def test_partners_in_another_order_get_the_same_answers(system: Rehearsal):
    names = ("agreed", "patient", "sports")
    system.partner("agreed")
    system.partner("patient", agreement=an_agreement(delay_minutes=60))
    system.partner("sports", agreement=an_agreement(sections=("体育",)))
    seen = set()

    for number, order in enumerate(permutations(names)):
        system.order(order)
        article = f"order-{number}"
        system.publish(an_event(article=article))
        answers = {name: found.clearance.decision for name, found in system.answers(article).items()}
        states = {row.partner_id: row.state for row in system.rows(article)}
        seen.add(json.dumps([answers, states], sort_keys=True))

    assert len(seen) == 1


# holds


def test_nothing_leaves_while_a_partner_must_wait(system: Rehearsal):
    system.partner(agreement=an_agreement(delay_minutes=120))

    system.publish(an_event())
    system.advance(hours(2) - hours(1) / 3600)
    system.sweep_and_run()

    assert system.sent() == []


def test_a_hold_that_lapses_is_found_by_the_sweep_and_delivered(system: Rehearsal):
    system.partner(agreement=an_agreement(delay_minutes=120))
    system.publish(an_event())

    system.advance(hours(2))
    system.sweep_and_run()

    assert system.sent() == [(PUBLISHED, 1)]


def test_an_agreement_that_begins_tomorrow_lets_the_article_go_at_midnight(system: Rehearsal):
    system.partner(agreement=an_agreement(starts=date(2025, 5, 7), at_start="covered"))
    system.publish(an_event())

    system.at(shanghai(2025, 5, 7))
    system.sweep_and_run()

    assert system.sent() == [(PUBLISHED, 1)]


def test_a_hold_that_lapses_for_one_partner_does_not_push_to_another_again(system: Rehearsal):
    system.partner("quick")
    system.partner("patient", agreement=an_agreement(delay_minutes=120))
    system.publish(an_event())

    system.advance(hours(2))
    system.sweep_and_run()

    assert (system.sent("quick"), system.sent("patient")) == ([(PUBLISHED, 1)], [(PUBLISHED, 1)])


def test_two_holds_lapse_each_at_its_own_hour(system: Rehearsal):
    system.partner("one-hour", agreement=an_agreement(delay_minutes=60))
    system.partner("two-hours", agreement=an_agreement(delay_minutes=120))
    system.publish(an_event())

    system.advance(hours(1))
    system.sweep_and_run()
    after_one = (len(system.sent("one-hour")), len(system.sent("two-hours")))
    system.advance(hours(1))
    system.sweep_and_run()

    assert after_one == (1, 0)
    assert (len(system.sent("one-hour")), len(system.sent("two-hours"))) == (1, 1)


def test_an_embargo_holds_everybody_and_then_lets_everybody_go(system: Rehearsal):
    system.partner()
    system.publish(an_event(embargo_until=(NOON + hours(5)).isoformat()))
    assert system.sent() == []

    system.advance(hours(5))
    system.sweep_and_run()

    assert system.sent() == [(PUBLISHED, 1)]


# corrections


def test_a_correction_reaches_who_has_the_article_as_an_update(system: Rehearsal):
    system.partner()

    system.publish(an_event(), an_event("updated", version=2))

    assert system.sent() == [(PUBLISHED, 1), (UPDATED, 2)]


def test_a_minor_correction_is_not_sent_to_who_has_the_article_and_the_row_says_so(system: Rehearsal):
    system.partner()

    system.publish(an_event(), an_event("updated", version=2, change="minor"))

    assert system.sent() == [(PUBLISHED, 1)]
    row = system.rows()[-1]
    assert (row.revision, row.state, row.tries) == (2, "cancelled", 0)
    assert row.reason == "a minor correction: not sent to those who have the article"


def test_a_minor_correction_is_sent_to_who_has_nothing_yet(system: Rehearsal):
    system.partner("patient", agreement=an_agreement(delay_minutes=120))
    system.publish(an_event(), an_event("updated", version=2, change="minor"))

    system.advance(hours(2))
    system.sweep_and_run()

    assert system.sent("patient") == [(PUBLISHED, 2)]


def test_a_partner_that_joined_later_gets_the_minor_correction_as_its_first(system: Rehearsal):
    system.partner("old")
    system.publish(an_event())
    system.partner("new")

    system.publish(an_event("updated", version=2, change="minor"))

    assert (system.sent("old"), system.sent("new")) == ([(PUBLISHED, 1)], [(PUBLISHED, 2)])


def test_a_minor_correction_is_sent_where_the_significant_one_before_it_was_never_planned(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.tell(an_event("updated", version=2))
    system.tell(an_event("updated", version=3, change="minor"))

    system.run_all()

    assert system.sent() == [(PUBLISHED, 1), (UPDATED, 3)]


def test_a_minor_correction_is_sent_where_the_significant_one_before_it_was_held(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.partner(agreement=an_agreement(starts=date(2098, 1, 1), at_start="covered"))
    system.publish(an_event("updated", version=2))
    system.partner()

    system.publish(an_event("updated", version=3, change="minor"))

    assert system.sent() == [(PUBLISHED, 1), (UPDATED, 3)]


@pytest.mark.parametrize("until", [None, (NOON + hours(9)).isoformat()], ids=["lifted", "moved"])
def test_a_minor_correction_that_moves_the_embargo_is_sent_to_who_holds_it_for_us(system: Rehearsal, until):
    system.partner(agreement=an_agreement(under_embargo=True))

    system.publish(
        an_event(embargo_until=(NOON + hours(5)).isoformat()),
        an_event("updated", version=2, change="minor", embargo_until=until),
    )

    assert system.sent() == [(PUBLISHED, 1), (UPDATED, 2)]


def test_a_minor_correction_that_repeats_the_embargo_is_not_sent_to_who_has_the_article(system: Rehearsal):
    until = (NOON + hours(5)).isoformat()
    system.partner(agreement=an_agreement(under_embargo=True))

    system.publish(an_event(embargo_until=until), an_event("updated", version=2, change="minor", embargo_until=until))

    assert system.sent() == [(PUBLISHED, 1)]


def test_a_minor_correction_is_sent_where_the_significant_one_before_it_could_not_be_written(system: Rehearsal):
    partner = system.partner()
    system.publish(an_event())
    system.advance(hours(1))
    system.partner(destinations=(a_destination(partner.url, format="papyrus"),))
    system.publish(an_event("updated", version=2))
    system.advance(hours(1))
    system.partner(destinations=(a_destination(partner.url),))

    system.publish(an_event("updated", version=3, change="minor"))

    assert system.sent() == [(PUBLISHED, 1), (UPDATED, 3)]
    assert system.states()[1:] == [("update", 2, "failed"), ("update", 3, "delivered")]


def test_a_minor_correction_of_a_minor_correction_is_not_sent_to_who_has_what_they_correct(system: Rehearsal):
    system.partner()

    system.publish(
        an_event(),
        an_event("updated", version=2),
        an_event("updated", version=3, change="minor"),
        an_event("updated", version=4, change="minor"),
    )

    assert system.sent() == [(PUBLISHED, 1), (UPDATED, 2)]
    assert system.states()[2:] == [("update", 3, "cancelled"), ("update", 4, "cancelled")]


def test_a_correction_while_the_first_version_waits_replaces_it_before_it_leaves(system: Rehearsal):
    system.partner()
    system.tell(an_event())
    system.run_next()
    system.lose_queue()

    system.publish(an_event("updated", version=2))

    assert system.sent() == [(PUBLISHED, 2)]
    first = system.rows()[0]
    assert (first.revision, first.state, first.reason) == (1, "cancelled", "superseded by revision 2")


def test_what_was_replaced_is_not_found_by_any_later_sweep(system: Rehearsal):
    system.partner()
    system.tell(an_event())
    system.run_next()
    system.lose_queue()
    system.publish(an_event("updated", version=2))

    system.let_time_pass(hours(100))
    system.sweep_and_run()

    assert system.sent() == [(PUBLISHED, 2)]


def test_a_correction_while_the_first_version_is_retried_replaces_it(system: Rehearsal):
    system.partner().will(reply(503))
    system.publish(an_event())

    system.publish(an_event("updated", version=2))
    system.let_time_pass(hours(100))
    system.sweep_and_run()

    assert system.sent() == [(PUBLISHED, 1), (UPDATED, 2)]
    assert system.states() == [("publish", 1, "cancelled"), ("update", 2, "delivered")]


def test_a_message_about_a_revision_that_was_replaced_sends_nothing(system: Rehearsal):
    system.partner()
    system.tell(an_event())
    system.run_next()
    late = list(system.queue.steps)
    system.lose_queue()
    system.publish(an_event("updated", version=2))

    system.queue(late)
    system.run_all()

    assert system.sent() == [(PUBLISHED, 2)]


def test_a_plan_that_is_asked_for_twice_is_made_once(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    before = system.rows_of("articles")

    system.queue([Plan(article_id="a-1")])
    system.run_all()

    assert system.rows_of("articles") == before


def test_a_plan_for_an_article_that_was_never_told_does_nothing(system: Rehearsal):
    system.partner()

    system.replan("unknown")

    assert set(system.count().values()) == {0}


# losing a right


def test_who_has_the_article_and_loses_it_by_a_move_to_another_section_gets_a_removal(system: Rehearsal):
    system.partner(agreement=an_agreement(sections=("要闻",)))

    system.publish(an_event(), an_event("updated", version=2, section=["副刊"]))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]
    assert "副刊" in system.answers(revision=2)["yunfeng"].clearance.reason


def test_a_removal_by_a_correction_goes_by_the_removals_lane(system: Rehearsal):
    system.partner(agreement=an_agreement(sections=("要闻",)))

    system.publish(an_event(), an_event("updated", version=2, section=["副刊"]))

    assert system.rows()[-1].lane == "retract"


def test_who_never_had_it_gets_no_removal(system: Rehearsal):
    system.partner(agreement=an_agreement(sections=("体育",)))

    system.publish(an_event(), an_event("updated", version=2, section=["副刊"]))

    assert system.rows() == []


def test_moved_back_into_the_section_the_partner_gets_it_again(system: Rehearsal):
    system.partner(agreement=an_agreement(sections=("要闻",)))

    system.publish(
        an_event(), an_event("updated", version=2, section=["副刊"]), an_event("updated", version=3, section=["要闻"])
    )

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2), (PUBLISHED, 3)]


def test_a_correction_after_the_agreement_ended_takes_back_what_the_partner_has(system: Rehearsal):
    system.partner(agreement=an_agreement(ends=date(2098, 5, 6)))
    system.publish(an_event())

    system.at(shanghai(2098, 5, 7))
    system.publish(an_event("updated", version=2))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]


def test_a_correction_after_the_partner_left_takes_back_what_it_has(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.part_with("yunfeng")

    system.publish(an_event("updated", version=2))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]


def test_a_correction_after_a_destination_left_takes_back_what_went_there(system: Rehearsal):
    partner = system.partner()
    system.publish(an_event())
    system.partner(destinations=(a_destination(partner.url, name="other"),))

    system.publish(an_event("updated", version=2))

    assert sorted((row.destination_id, row.action, row.state) for row in system.rows()) == [
        ("yunfeng/other", "publish", "delivered"),
        ("yunfeng/push", "publish", "delivered"),
        ("yunfeng/push", "withdraw", "delivered"),
    ]


def test_a_destination_that_left_gets_its_removal_also_when_the_same_revision_is_planned_again(system: Rehearsal):
    partner = system.partner()
    system.publish(an_event())
    system.partner(destinations=(a_destination(partner.url, name="other"),))

    system.replan()
    system.replan()

    assert sorted((row.destination_id, row.edition, row.action, row.state) for row in system.rows()) == [
        ("yunfeng/other", 1, "publish", "delivered"),
        ("yunfeng/push", 1, "publish", "delivered"),
        ("yunfeng/push", 1, "withdraw", "delivered"),
    ]


def test_a_correction_that_is_held_leaves_the_partner_what_it_has(system: Rehearsal):
    until = (NOON + hours(5)).isoformat()
    system.partner(agreement=an_agreement(under_embargo=True))
    system.publish(an_event(embargo_until=until))
    system.partner(agreement=an_agreement(under_embargo=False))

    system.publish(an_event("updated", version=2, embargo_until=until))

    assert system.sent() == [(PUBLISHED, 1)]


# changed terms


def test_terms_that_changed_make_a_new_edition_under_a_new_key(system: Rehearsal):
    partner = system.partner(agreement=an_agreement(pictures="none"))
    system.publish(an_event())

    system.partner(agreement=an_agreement(pictures="ours"))
    system.replan()

    keys = [seen.headers["webhook-id"] for seen in partner.requests]
    assert [row.edition for row in system.rows()] == [1, 2]
    assert len(set(keys)) == 2


def test_a_key_never_carries_two_contents(system: Rehearsal):
    partner = system.partner()
    partner.will(reply(503))
    system.publish(an_event())

    system.replan()
    system.let_time_pass(hours(100))
    system.sweep_and_run()

    first, second = partner.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


@pytest.mark.parametrize("status", [503, 200])
def test_a_partner_that_lost_its_right_while_it_was_slow_does_not_get_the_article_after_its_removal(
    system: Rehearsal, status: int
):
    # given: while we wait for the partner's answer, its agreement ends, and somebody else's hold makes a new plan
    partner = system.partner()
    partner.will(reply(status))
    system.tell(an_event())
    system.run_next()
    (row,) = system.rows()
    system.lose_queue()

    def send_while_the_right_is_lost(destination, parcel):
        outcome = system.send_for_real(destination, parcel)
        system.partner(agreement=an_agreement(ends=date(2025, 1, 2), after_end="remove"))
        system.replan()
        return outcome

    # when
    system.send_by(send_while_the_right_is_lost, [row.id])
    system.sweep_and_run()
    system.let_time_pass(hours(100))
    system.sweep_and_run()

    # then
    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 1)]


def test_a_partner_that_lost_its_right_while_our_worker_died_does_not_get_the_article_after_its_removal(
    system: Rehearsal,
):
    system.partner()
    system.tell(an_event())
    system.run_next()
    (row,) = system.rows()
    system.lose_queue()
    system.claim_and_die(row.id)

    system.partner(agreement=an_agreement(ends=date(2025, 1, 2), after_end="remove"))
    system.replan()
    for _ in range(2):
        system.sweep_and_run()
        system.let_time_pass(hours(1))

    assert system.sent() == [(WITHDRAWN, 1)]
    assert system.states() == [("publish", 1, "cancelled"), ("withdraw", 1, "delivered")]


def test_a_partner_that_must_wait_after_all_is_not_sent_what_was_tried_before(system: Rehearsal):
    partner = system.partner()
    partner.will(reply(503))
    system.publish(an_event())

    system.partner(agreement=an_agreement(starts=date(2025, 12, 1), at_start="covered"))
    system.replan()
    system.let_time_pass(hours(100))
    system.sweep_and_run()

    assert system.sent() == [(PUBLISHED, 1)]


# what goes wrong at home


def test_a_destination_that_can_not_be_written_for_fails_alone_and_in_view(system: Rehearsal):
    system.partner("broken", destinations=(a_destination(format="papyrus"),))
    system.partner("sound")

    system.publish(an_event())

    assert system.states(partner="sound") == [("publish", 1, "delivered")]
    (broken,) = system.rows(partner="broken")
    assert broken.state == "failed"
    assert "papyrus" in broken.reason


def test_a_removal_that_can_not_be_written_fails_alone_and_in_view(system: Rehearsal):
    # given: both have it, and both lose it; one of them takes a form by now that nobody can write
    sections = an_agreement(sections=("要闻",))
    url = system.partner("broken", agreement=sections).url
    system.partner("sound", agreement=sections)
    system.publish(an_event())
    system.advance(hours(1))
    system.partner("broken", agreement=sections, destinations=(a_destination(url, format="papyrus"),))

    # when
    system.publish(an_event("updated", version=2, section=["副刊"]))

    # then
    broken = system.rows(partner="broken")[-1]
    assert system.sent("sound") == [(PUBLISHED, 1), (WITHDRAWN, 2)]
    assert (broken.action, broken.state, broken.revision) == ("withdraw", "failed", 2)
    assert "papyrus" in broken.reason


def test_a_destination_that_moved_and_moved_back_is_sent_to_where_it_is_now(system: Rehearsal):
    first = system.partner("first")
    second = system.partner("second", agreement=None)
    for number, peer in enumerate((first, second, first), start=1):
        system.advance(hours(1))
        system.partner("first", destinations=(a_destination(peer.url),))
        system.publish(an_event("updated" if number > 1 else "published", version=number))

    assert system.sent("first") == [(PUBLISHED, 1), (UPDATED, 3)]
    assert system.sent("second") == [(UPDATED, 2)]
