"""An article is taken back from everybody who may have it, whatever happened to them meanwhile: on both databases."""

import json
from datetime import date
from threading import Event, Thread

import pytest

from syndicate.model.delivery import Outcome
from syndicate.model.step import Deliver
from tests.builders import NOON, a_destination, an_agreement, an_event, hours, minutes, shanghai
from tests.fakes.partner import hang_up, reply
from tests.fakes.rehearsal import Rehearsal

PUBLISHED, UPDATED, WITHDRAWN = "published", "updated", "withdrawn"


def test_a_withdrawal_reaches_who_has_the_article(system: Rehearsal):
    system.partner()

    system.publish(an_event(), an_event("withdrawn", version=2))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]


def test_a_removal_goes_by_a_lane_of_its_own(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.tell(an_event("withdrawn", version=2))

    system.run_next()

    lanes = [step.lane for step in system.queue.steps if isinstance(step, Deliver)]
    assert lanes == ["retract"]


def test_a_withdrawal_carries_none_of_the_text(system: Rehearsal):
    partner = system.partner()

    system.publish(an_event(), an_event("withdrawn", version=2))

    assert "船工" not in partner.requests[-1].body.decode()


def test_a_withdrawal_names_the_same_article_as_the_publication_did(system: Rehearsal):
    partner = system.partner()

    system.publish(an_event(), an_event("withdrawn", version=2))

    uris = [json.loads(seen.body)["uri"] for seen in partner.requests]
    assert uris == ["tag:news.example,2020-01-01:article:a-1"] * 2


def test_withdrawing_twice_is_harmless(system: Rehearsal):
    system.partner()
    system.publish(an_event(), an_event("withdrawn", version=2))
    before = system.count()

    system.take_back()

    assert system.count() == before
    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]


def test_who_never_got_it_is_not_bothered(system: Rehearsal):
    system.partner("sports", agreement=an_agreement(sections=("体育",)))

    system.publish(an_event(), an_event("withdrawn", version=2))

    assert system.sent("sports") == []


def test_what_has_not_left_yet_is_cancelled_and_nobody_hears_of_it(system: Rehearsal):
    system.partner()
    system.tell(an_event())
    system.run_next()
    system.lose_queue()

    system.publish(an_event("withdrawn", version=2))
    system.let_time_pass(hours(100))
    system.sweep_and_run()

    assert system.sent() == []
    assert [(row.state, row.reason) for row in system.rows()] == [("cancelled", "the article was withdrawn")]


def test_withdrawn_while_it_is_held_nothing_ever_leaves(system: Rehearsal):
    system.partner(agreement=an_agreement(delay_minutes=60))
    system.publish(an_event(), an_event("withdrawn", version=2))

    system.advance(hours(2))
    system.sweep_and_run()

    assert system.sent() == []


def test_withdrawn_before_it_was_ever_seen_nobody_is_sent_anything(system: Rehearsal):
    system.partner()

    system.publish(an_event("withdrawn", version=2), an_event(version=1))

    assert system.sent() == []
    assert system.rows() == []


def test_while_the_first_version_is_retried_a_withdrawal_overtakes_it_for_good(system: Rehearsal):
    system.partner().will(reply(503))
    system.publish(an_event())

    system.publish(an_event("withdrawn", version=2))
    system.let_time_pass(hours(100))
    system.sweep_and_run()

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]
    assert system.states() == [("publish", 1, "cancelled"), ("withdraw", 2, "delivered")]


@pytest.mark.parametrize("behaviour", [reply(503), reply(422), hang_up()], ids=["503", "422", "hung up"])
def test_any_try_may_have_arrived_so_it_is_taken_back(system: Rehearsal, behaviour):
    system.partner().will(behaviour)
    system.publish(an_event())

    system.publish(an_event("withdrawn", version=2))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]


def test_a_withdrawal_that_fails_is_retried_in_the_slow_lane_under_the_same_key(system: Rehearsal):
    partner = system.partner()
    partner.will(reply(200), reply(503))
    system.publish(an_event(), an_event("withdrawn", version=2))

    system.let_time_pass(hours(100))
    (wake_up,) = [step for step in system.sweep() if isinstance(step, Deliver)]
    system.run_all()

    assert wake_up.lane == "slow"
    first, second = partner.requests[1:]
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert system.states()[-1] == ("withdraw", 2, "delivered")


@pytest.mark.parametrize("status", [404, 410])
def test_a_partner_that_has_nothing_any_more_confirms_the_withdrawal(system: Rehearsal, status: int):
    system.partner().will(reply(200), reply(status))

    system.publish(an_event(), an_event("withdrawn", version=2))

    assert system.states()[-1] == ("withdraw", 2, "delivered")


# partners that changed meanwhile


def test_a_withdrawal_reaches_a_partner_that_is_gone_from_the_configuration(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.part_with("yunfeng")

    system.publish(an_event("withdrawn", version=2))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]


def test_a_withdrawal_reaches_a_partner_whose_agreement_ended(system: Rehearsal):
    system.partner(agreement=an_agreement(ends=date(2098, 5, 6)))
    system.publish(an_event())

    system.at(shanghai(2098, 6, 1))
    system.publish(an_event("withdrawn", version=2))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]


def test_a_withdrawal_reaches_a_partner_whose_agreement_was_struck_out(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.partner(agreement=None)

    system.publish(an_event("withdrawn", version=2))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]


def test_a_withdrawal_goes_to_the_last_known_address_of_a_destination_that_is_gone(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.partner(destinations=())

    system.publish(an_event("withdrawn", version=2))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]


def test_a_withdrawal_after_a_removal_that_was_confirmed_is_not_sent_again(system: Rehearsal):
    system.partner(agreement=an_agreement(sections=("要闻",)))

    system.publish(an_event(), an_event("updated", version=2, section=["副刊"]), an_event("withdrawn", version=3))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]


def test_a_withdrawal_reaches_who_was_skipped_by_a_minor_correction(system: Rehearsal):
    system.partner()

    system.publish(an_event(), an_event("updated", version=2, change="minor"), an_event("withdrawn", version=3))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 3)]


# in flight


def test_a_withdrawal_waits_for_what_is_in_flight(system: Rehearsal):
    # given: the partner holds its answer back
    answer = Event()
    partner = system.partner()
    partner.will(reply(200, until=answer))
    system.tell(an_event())
    system.run_next()
    (publication,) = [step for step in system.queue.steps if isinstance(step, Deliver)]
    system.lose_queue()
    sender = Thread(target=system.system.perform, args=(publication,))
    sender.start()
    partner.wait_for(lambda seen: len(seen) == 1, timeout_s=10)

    # when
    system.publish(an_event("withdrawn", version=2))
    while_in_flight = system.states()
    answer.set()
    sender.join()
    system.let_time_pass(hours(1))
    system.sweep_and_run()

    # then
    assert while_in_flight == [("publish", 1, "sending"), ("withdraw", 2, "waiting")]
    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]
    assert system.states() == [("publish", 1, "delivered"), ("withdraw", 2, "delivered")]


def test_a_try_that_fails_while_the_article_is_withdrawn_is_not_tried_again(system: Rehearsal):
    system.partner()
    system.tell(an_event())
    system.run_next()
    (row,) = system.rows()
    system.lose_queue()

    def fail_while_it_is_withdrawn(destination, parcel):
        system.publish(an_event("withdrawn", version=2))
        return Outcome(kind="unavailable", reason="对方忙")

    system.send_by(fail_while_it_is_withdrawn, [row.id])

    assert system.rows()[0].state == "cancelled"
    assert system.rows()[0].reason == "superseded while it was being tried: 对方忙"


def test_a_withdrawal_waits_for_a_worker_that_died_no_longer_than_until_the_next_sweep(system: Rehearsal):
    system.partner()
    system.tell(an_event())
    system.run_next()
    (row,) = system.rows()
    system.lose_queue()
    system.claim_and_die(row.id)

    system.publish(an_event("withdrawn", version=2))
    before_the_sweep = system.sent()
    system.let_time_pass(minutes(1))
    system.sweep_and_run()

    assert (before_the_sweep, system.sent()) == ([], [(WITHDRAWN, 2)])
    assert system.states() == [("publish", 1, "cancelled"), ("withdraw", 2, "delivered")]


def test_a_removal_that_can_not_be_written_fails_alone_and_the_others_get_theirs(system: Rehearsal):
    # given: one of those who have it takes a form by now that nobody can write
    url = system.partner("broken").url
    system.partner("sound")
    system.publish(an_event())
    system.advance(hours(1))
    system.partner("broken", destinations=(a_destination(url, format="papyrus"),))
    system.begin()

    # when
    system.publish(an_event("withdrawn", version=2))

    # then
    broken = system.rows(partner="broken")[-1]
    assert system.sent("sound") == [(PUBLISHED, 1), (WITHDRAWN, 2)]
    assert (broken.action, broken.state, broken.tries) == ("withdraw", "failed", 0)
    assert "papyrus" in broken.reason


# and back again


def test_published_again_after_a_withdrawal_it_reaches_the_partner_again(system: Rehearsal):
    system.partner()

    system.publish(an_event(), an_event("withdrawn", version=2), an_event(version=3))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2), (PUBLISHED, 3)]


def test_published_again_while_the_removal_waits_the_removal_is_called_off(system: Rehearsal):
    system.partner().will(reply(200), reply(503))
    system.publish(an_event(), an_event("withdrawn", version=2))

    system.publish(an_event(version=3))
    system.let_time_pass(hours(100))
    system.sweep_and_run()

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2), (UPDATED, 3)]
    assert system.states()[1:] == [("withdraw", 2, "cancelled"), ("update", 3, "delivered")]


def test_published_again_under_an_embargo_the_removal_goes_on(system: Rehearsal):
    system.partner().will(reply(200), reply(503))
    system.publish(an_event(), an_event("withdrawn", version=2))

    system.publish(an_event(version=3, embargo_until=(NOON + hours(9)).isoformat()))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2), (WITHDRAWN, 3)]


@pytest.mark.parametrize("field", ["embargo_until", "publish_at"])
def test_published_again_to_be_held_before_anybody_worked_on_the_withdrawal_it_is_taken_back(system: Rehearsal, field):
    system.partner()
    system.publish(an_event())
    system.tell(an_event("withdrawn", version=2))

    system.publish(an_event(version=3, **{field: (NOON + hours(9)).isoformat()}))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 3)]


def test_what_was_withdrawn_for_good_is_sent_to_nobody_again(system: Rehearsal):
    system.partner()

    system.publish(an_event(), an_event("withdrawn", version=2, final=True), an_event(version=3))

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]


def test_a_plan_and_a_withdrawal_that_come_in_the_wrong_order_do_the_same(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.tell(an_event("withdrawn", version=2))
    system.lose_queue()

    system.replan()

    assert system.sent() == [(PUBLISHED, 1), (WITHDRAWN, 2)]
