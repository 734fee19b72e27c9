"""Claim, send, record: nothing is sent by two at once, nothing is lost with a worker: on both databases."""

from datetime import timedelta

import pytest

from syndicate.ledger.deliveries import Delivery
from syndicate.model.delivery import Outcome
from syndicate.model.step import Deliver
from syndicate.settings import Patience
from tests.builders import an_event, hours, minutes
from tests.fakes.partner import reply
from tests.fakes.rehearsal import Rehearsal


def owed(system: Rehearsal, article: str = "a-1") -> Delivery:
    """Tell of an article, and plan it; nothing is sent yet, and no message is left."""
    system.tell(an_event(article=article))
    system.run_next()
    system.lose_queue()
    return system.rows(article)[0]


def state(system: Rehearsal, row: Delivery) -> str:
    return next(found.state for found in system.rows(row.article_id) if found.id == row.id)


def test_what_was_delivered_is_not_sent_again_however_often_the_message_comes(system: Rehearsal):
    system.partner()
    row = owed(system)

    system.queue([Deliver(delivery_ids=(row.id, row.id), lane="deliver")] * 3)
    system.run_all()

    assert len(system.sent()) == 1


def test_every_try_is_on_record(system: Rehearsal):
    system.partner().will(reply(503), reply(429), reply(200))
    row = owed(system)

    for _ in range(3):
        system.let_time_pass(hours(100))
        system.sweep_and_run()

    assert system.tries(row.id) == [(1, "unavailable"), (2, "unavailable"), (3, "delivered")]


def test_every_try_has_the_same_key_and_the_same_bytes(system: Rehearsal):
    partner = system.partner()
    partner.will(reply(503), reply(503), reply(200))
    owed(system)

    for _ in range(3):
        system.let_time_pass(hours(100))
        system.sweep_and_run()

    assert len({(seen.headers["webhook-id"], seen.body) for seen in partner.requests}) == 1
    assert len(partner.requests) == 3


def test_what_failed_once_goes_on_in_the_slow_lane(system: Rehearsal):
    system.partner().will(reply(503))
    owed(system)

    system.sweep_and_run()

    assert [(row.state, row.lane) for row in system.rows()] == [("waiting", "slow")]


def test_a_partner_that_names_an_hour_is_not_asked_before(system: Rehearsal):
    system.partner().will(reply(503, headers={"Retry-After": "3600"}))
    owed(system)
    system.sweep_and_run()

    system.let_time_pass(minutes(59))
    system.sweep_and_run()
    before_the_hour = len(system.sent())
    system.let_time_pass(minutes(2))
    system.sweep_and_run()

    assert (before_the_hour, len(system.sent())) == (1, 2)


def test_a_partner_that_refuses_is_not_asked_again(system: Rehearsal):
    system.partner().will(reply(422))
    row = owed(system)

    for _ in range(2):
        system.let_time_pass(hours(100))
        system.sweep_and_run()

    assert (state(system, row), len(system.sent())) == ("failed", 1)


def test_when_the_patience_is_over_it_has_failed(system: Rehearsal):
    # given: what is owed since NOON is older than any patience by the database's clock
    system.partner().will(reply(503))
    settings = system.system.settings.model_copy(update={"patience": Patience(give_up_after_h=1)})
    system.reconfigure(settings)
    row = owed(system)

    system.sweep_and_run()

    assert state(system, row) == "failed"
    assert "given up after 1 tries" in system.rows()[0].reason


def test_a_bug_of_ours_is_tried_once_more_and_then_in_view(system: Rehearsal):
    system.partner()
    row = owed(system)

    for _ in range(3):
        system.send_by(lambda destination, parcel: Outcome(kind="bug", reason="ZeroDivisionError"), [row.id])
        system.let_time_pass(hours(100))

    assert system.tries(row.id) == [(1, "bug"), (2, "bug")]
    assert state(system, row) == "failed"


def test_what_the_partner_calls_its_copy_is_kept(system: Rehearsal):
    system.partner().will(reply(201, headers={"Content-Type": "application/json"}, body='{"id": "稿-1"}'.encode()))

    system.publish(an_event())

    assert system.count()["receipts"] == 1


def test_what_the_time_budget_leaves_is_handed_on(system: Rehearsal):
    # given: each try takes eleven of the twenty seconds
    system.partner()
    ids = [owed(system, f"a-{number}").id for number in range(4)]
    sent = []

    def send_slowly(destination, parcel):
        system.advance(timedelta(seconds=11))
        sent.append(parcel.delivery_id)
        return Outcome(kind="delivered", reason="收到")

    (step,) = system.send_by(send_slowly, ids)

    assert isinstance(step, Deliver)
    assert len(sent) == 2
    assert sorted([*sent, *step.delivery_ids]) == sorted(ids)


# leases


def test_while_somebody_sends_it_nobody_else_does(system: Rehearsal):
    system.partner()
    row = owed(system)

    def send_while_others_try(destination, parcel):
        system.queue([Deliver(delivery_ids=(row.id,), lane="deliver")])
        system.run_all()
        system.sweep_and_run()
        return Outcome(kind="delivered", reason="收到")

    system.send_by(send_while_others_try, [row.id])

    assert system.sent() == []
    assert system.tries(row.id) == [(1, "delivered")]


def test_a_lease_that_ran_out_is_claimed_again_and_the_lost_try_is_on_record(system: Rehearsal):
    partner = system.partner()
    row = owed(system)
    system.claim_and_die(row.id)

    system.sweep_and_run()

    assert system.tries(row.id) == [(1, "lost"), (2, "delivered")]
    assert [seen.headers["webhook-id"] for seen in partner.requests] == [row.id]
    assert state(system, row) == "delivered"


def test_a_worker_that_dies_again_and_again_leaves_a_record_of_every_try(system: Rehearsal):
    system.partner()
    row = owed(system)
    for _ in range(3):
        system.claim_and_die(row.id)

    system.sweep_and_run()

    assert [number for number, _ in system.tries(row.id)][-1] == 4


@pytest.mark.parametrize("kind", ["unavailable", "refused", "delivered"])
def test_a_late_result_changes_nothing_but_is_on_record(system: Rehearsal, kind: str):
    # given: while one worker waits for the answer its lease ends, and another one delivers
    system.partner()
    row = owed(system)

    def be_overtaken(destination, parcel):
        system.sweep_and_run()
        return Outcome(kind=kind, reason="迟到的回答")

    system.send_by(be_overtaken, [row.id], lease=timedelta(0))

    (after,) = system.rows()
    assert (after.state, after.reason) == ("delivered", "accepted (200)")
    assert system.tries(row.id) == [(1, "lost"), (2, "delivered"), (1, kind)]


def test_a_superseded_delivery_of_a_dead_worker_is_settled_by_the_sweep(system: Rehearsal):
    system.partner()
    row = owed(system)
    system.claim_and_die(row.id)

    system.publish(an_event("updated", version=2))
    system.sweep_and_run()

    assert state(system, row) == "cancelled"
    assert system.tries(row.id) == [(1, "lost")]
    assert system.sent() == [("updated", 2)]


def test_settling_what_a_dead_worker_left_happens_once(system: Rehearsal):
    system.partner()
    row = owed(system)
    system.claim_and_die(row.id)
    system.publish(an_event("updated", version=2))

    for _ in range(3):
        system.sweep_and_run()

    assert system.tries(row.id) == [(1, "lost")]


def test_a_correction_waits_for_what_is_in_flight(system: Rehearsal):
    system.partner()
    row = owed(system)

    def be_corrected(destination, parcel):
        system.publish(an_event("updated", version=2))
        assert system.sent() == []
        return Outcome(kind="delivered", reason="收到")

    system.send_by(be_corrected, [row.id])
    system.sweep_and_run()

    assert system.sent() == [("updated", 2)]
