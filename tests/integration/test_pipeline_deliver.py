"""Claim, send, record: nothing is sent by two at once, nothing is lost with a worker: on both databases."""

import threading
from datetime import date, timedelta
from pathlib import Path

import pytest

from syndicate.ledger import lines
from syndicate.ledger.database import database_time
from syndicate.ledger.deliveries import Delivery
from syndicate.model.delivery import Outcome
from syndicate.model.step import Deliver
from syndicate.pipeline.sweep import LOST
from syndicate.settings import Patience
from syndicate.transports.keys import new_key
from tests.builders import an_agreement, an_event, hours, minutes, shanghai
from tests.fakes.partner import reply
from tests.fakes.rehearsal import LEASE, Rehearsal

CONCURRENCY = 8  # places of a destination, when it says nothing else
ENDED = date(2025, 12, 31)  # after NOON, when our clock plans; long ago by the database's, which sends
A_CENTURY = hours(100 * 365 * 24)  # more than the agreement's term


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
    owed(system)

    system.queue([Deliver(lane="deliver")] * 3)
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


def test_a_secret_that_was_rotated_signs_what_is_sent_next_without_a_restart(system: Rehearsal, tmp_path: Path):
    partner = system.partner()
    secret = tmp_path / "secrets" / "hezuo"
    system.publish(an_event(article="a-1"))

    secret.write_text(f"{new_key('symmetric').text} {secret.read_text(encoding='utf-8')}", encoding="utf-8")
    system.publish(an_event(article="a-2"))

    assert [len(seen.headers["webhook-signature"].split()) for seen in partner.requests] == [1, 2]


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
    system.partner().will(reply(503), reply(503))
    settings = system.system.settings.model_copy(update={"patience": Patience(give_up_after_h=1)})
    system.reconfigure(settings)
    row = owed(system)

    system.sweep_and_run()
    system.let_time_pass(hours(1))
    system.sweep_and_run()

    assert state(system, row) == "failed"
    assert "given up after 2 tries" in system.rows()[0].reason


def test_a_bug_of_ours_is_tried_once_more_and_then_in_view(system: Rehearsal):
    system.partner()
    row = owed(system)

    for _ in range(3):
        system.send_by(lambda destination, parcel: Outcome(kind="bug", reason="ZeroDivisionError"), [row.id])
        system.let_time_pass(hours(100))

    assert system.tries(row.id) == [(1, "bug"), (2, "bug")]
    assert state(system, row) == "failed"


def test_a_bug_of_ours_is_tried_once_more_also_where_the_partner_was_away_before(system: Rehearsal):
    system.partner()
    row = owed(system)

    for kind in ("unavailable", "unavailable", "bug", "bug"):
        assert state(system, row) == "waiting"
        system.send_by(lambda destination, parcel, kind=kind: Outcome(kind=kind, reason="如此"), [row.id])
        system.let_time_pass(hours(100))

    assert state(system, row) == "failed"
    assert [kind for _, kind in system.tries(row.id)] == ["unavailable", "unavailable", "bug", "bug"]


def test_a_removal_in_the_slow_lane_goes_before_what_has_waited_longer(system: Rehearsal):
    # given: everything has failed once, the removal last
    partner = system.partner()
    partner.will(reply(200), reply(503), reply(503))
    system.publish(an_event(), an_event(article="a-2"), an_event("withdrawn", version=2))
    assert {row.lane for row in (*system.rows("a-1")[1:], *system.rows("a-2"))} == {"slow"}
    for due_at, article in ((hours(2), "a-2"), (hours(1), "a-1")):
        system.set_due(system.rows(article)[-1].id, ago=due_at)

    # when
    with system.ledger.read() as connection:
        in_line = lines.lines(connection, "slow", limit=10)
        found = lines.due(connection, "slow", in_line, now=database_time(connection), each=10)

    # then
    removal, publication = system.rows("a-1")[-1], system.rows("a-2")[-1]
    assert [due.id for due in found] == [removal.id, publication.id]


def test_what_is_owed_is_due_by_the_databases_clock_whatever_ours_says(system: Rehearsal):
    # given: our own clock is years behind
    system.partner()
    before = system.database_time()
    system.tell(an_event())
    system.run_next()

    (row,) = system.rows()

    assert before <= row.created_at <= system.database_time()
    assert row.due_at == row.created_at


# when the agreement ends


def test_what_is_owed_expires_at_midnight_after_the_agreements_last_day(system: Rehearsal):
    system.partner(agreement=an_agreement(ends=date(2098, 3, 31)))

    row = owed(system)

    assert abs(row.expires_at - shanghai(2098, 4, 1)) <= minutes(1)  # the minute that `owed` lets pass


def test_what_could_not_be_sent_before_the_agreement_ended_is_not_sent(system: Rehearsal):
    system.partner(agreement=an_agreement(ends=ENDED))

    system.publish(an_event())

    assert system.sent() == []
    assert system.states() == [("publish", 1, "waiting")]


def test_what_could_not_be_sent_before_the_agreement_ended_is_cancelled_by_the_sweep(system: Rehearsal):
    system.partner("over", agreement=an_agreement(ends=ENDED))
    system.partner("runs").will(reply(503))
    system.publish(an_event())

    system.sweep()

    (over,), (runs,) = system.rows(partner="over"), system.rows(partner="runs")
    assert (over.state, over.reason) == ("cancelled", "the agreement ended before it could be sent")
    assert over.due_at is None
    assert over.settled_at is not None
    assert runs.state == "waiting"


def test_a_retry_is_not_sent_after_the_agreement_ended(system: Rehearsal):
    system.partner().will(reply(503))
    system.publish(an_event())

    system.let_time_pass(A_CENTURY)
    system.sweep_and_run()

    assert len(system.sent()) == 1
    assert system.states() == [("publish", 1, "cancelled")]


def test_a_removal_is_sent_however_long_ago_the_agreement_ended(system: Rehearsal):
    system.partner().will(reply(200), reply(503))
    system.publish(an_event(), an_event("withdrawn", version=2))

    system.let_time_pass(A_CENTURY)
    system.sweep_and_run()

    assert system.rows()[-1].expires_at is None
    assert system.sent() == [("published", 1), ("withdrawn", 2), ("withdrawn", 2)]
    assert system.states()[-1] == ("withdraw", 2, "delivered")


def test_what_the_partner_calls_its_copy_is_kept(system: Rehearsal):
    system.partner().will(reply(201, headers={"Content-Type": "application/json"}, body='{"id": "稿-1"}'.encode()))

    system.publish(an_event())

    assert system.count()["receipts"] == 1


@pytest.mark.parametrize("set_back", [hours(0), hours(5)])
def test_what_the_time_budget_leaves_is_handed_on(system: Rehearsal, set_back: timedelta):
    # given: more than one window's share for one destination, and a budget that is over after the first
    system.partner()
    ids = [owed(system, f"a-{number}").id for number in range(CONCURRENCY + 2)]
    sent = []

    def send_slowly(destination, parcel):
        system.advance(timedelta(seconds=3))
        system.at(system.now - set_back)
        sent.append(parcel.delivery_id)
        return Outcome(kind="delivered", reason="收到")

    (step,) = system.send_by(send_slowly, ids)

    assert step == Deliver(lane="deliver")
    assert len(sent) == CONCURRENCY


def test_a_destination_that_hangs_costs_its_own_places_only(system: Rehearsal):
    # given: one partner takes everything and answers nothing, with more owed to it than it has places
    until = threading.Event()
    slow, quick = system.partner("manban"), system.partner("kuaibao")
    slow.will(*[reply(200, until=until) for _ in range(CONCURRENCY)])
    for number in range(CONCURRENCY + 3):
        owed(system, f"a-{number}")
    worker = threading.Thread(target=system.system.perform, args=(Deliver(lane="deliver"),))

    # when
    worker.start()
    quick.wait_for(lambda seen: len(seen) == CONCURRENCY + 3, timeout_s=10)

    # then
    assert len(slow.requests) <= CONCURRENCY
    until.set()
    worker.join(20)
    assert len(slow.requests) == CONCURRENCY + 3


# leases


def test_while_somebody_sends_it_nobody_else_does(system: Rehearsal):
    system.partner()
    row = owed(system)

    def send_while_others_try(destination, parcel):
        system.queue([Deliver(lane="deliver")])
        system.run_all()
        system.sweep_and_run()
        return Outcome(kind="delivered", reason="收到")

    system.send_by(send_while_others_try, [row.id])

    assert system.sent() == []
    assert system.tries(row.id) == [(1, "delivered")]


def test_a_lease_that_ran_out_is_tried_again_and_the_lost_try_is_on_record(system: Rehearsal):
    partner = system.partner()
    row = owed(system)
    system.claim_and_die(row.id)

    for _ in range(2):
        system.sweep_and_run()
        system.let_time_pass(hours(1))

    assert system.tries(row.id) == [(1, "lost"), (2, "delivered")]
    assert [seen.headers["webhook-id"] for seen in partner.requests] == [row.id]
    assert state(system, row) == "delivered"


def test_what_a_dead_worker_left_waits_in_the_slow_lane_once_the_sweep_has_seen_it(system: Rehearsal):
    system.partner()
    row = owed(system)
    system.claim_and_die(row.id)

    system.sweep()

    (after,) = system.rows()
    assert (after.state, after.lane, after.tries) == ("waiting", "slow", 1)
    assert after.reason == LOST.reason
    assert after.due_at > system.database_time()


def test_what_a_dead_worker_left_is_not_taken_by_a_message_before_the_sweep_has_seen_it(system: Rehearsal):
    system.partner()
    row = owed(system)
    system.claim_and_die(row.id)

    system.queue([Deliver(lane="deliver")])
    system.run_all()

    assert system.sent() == []
    assert state(system, row) == "sending"


def test_what_kills_five_workers_has_failed_with_a_record_of_every_try(system: Rehearsal):
    system.partner()
    row = owed(system)

    for _ in range(5):
        assert state(system, row) == "waiting"
        system.claim_and_die(row.id)
        system.sweep_and_run()
        system.let_time_pass(hours(100))
    system.sweep_and_run()

    assert system.tries(row.id) == [(number, "lost") for number in range(1, 6)]
    assert (state(system, row), system.rows()[0].reason) == ("failed", LOST.reason)
    assert system.sent() == []


def test_a_worker_that_works_is_not_taken_for_dead(system: Rehearsal):
    system.partner()
    row = owed(system)

    def sweep_meanwhile(destination, parcel):
        system.let_time_pass(LEASE - minutes(1))
        system.sweep_and_run()
        return Outcome(kind="delivered", reason="收到")

    system.send_by(sweep_meanwhile, [row.id])

    assert system.tries(row.id) == [(1, "delivered")]


# a clock that was set back


@pytest.mark.parametrize(("by", "is_lost"), [(minutes(0.5), False), (minutes(2), True)])
def test_a_claim_from_the_future_is_taken_for_lost_but_for_a_minute(system: Rehearsal, by: timedelta, is_lost: bool):
    system.partner()
    row = owed(system)

    def set_the_clock_back(destination, parcel):
        system.let_time_pass(-by)
        system.sweep_and_run()
        return Outcome(kind="delivered", reason="收到")

    system.send_by(set_the_clock_back, [row.id])

    assert ((1, "lost") in system.tries(row.id)) is is_lost


@pytest.mark.parametrize(("waits", "is_due"), [(hours(24.5), False), (hours(25.5), True)])
def test_a_retry_that_would_wait_longer_than_anything_may_is_due(system: Rehearsal, waits: timedelta, is_due: bool):
    system.partner().will(reply(503))
    system.publish(an_event())
    (row,) = system.rows()
    system.set_due(row.id, ago=-waits)

    system.sweep_and_run()

    assert state(system, row) == ("delivered" if is_due else "waiting")


def test_a_first_try_is_due_at_once_whatever_the_clock_that_wrote_its_time(system: Rehearsal):
    system.partner()
    row = owed(system)
    system.set_due(row.id, ago=-hours(20))

    system.queue([Deliver(lane="deliver")])
    system.run_all()

    assert state(system, row) == "delivered"


# late


@pytest.mark.parametrize("kind", ["unavailable", "refused", "delivered"])
def test_a_late_result_changes_nothing_but_is_on_record(system: Rehearsal, kind: str):
    # given: while one worker waits for the answer its lease ends, and another one delivers
    system.partner()
    row = owed(system)

    def be_overtaken(destination, parcel):
        for _ in range(2):
            system.sweep_and_run()
            system.let_time_pass(hours(1))
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
    system.let_time_pass(minutes(1))
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

    sent = []

    def be_corrected(destination, parcel):
        sent.append(parcel.action)
        if parcel.action == "publish":
            system.publish(an_event("updated", version=2))
            assert sent == ["publish"]
        return Outcome(kind="delivered", reason="收到")

    system.send_by(be_corrected, [row.id])

    assert (sent, system.sent()) == (["publish", "update"], [])
