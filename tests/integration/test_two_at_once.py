"""Two transactions meet on PostgreSQL (SQLite has but one writer): neither overlooks the other, and none is killed."""

import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, select, text

from syndicate.ledger import articles, claims, deliveries, health, tables
from syndicate.ledger.claims import Claim
from syndicate.ledger.database import Ledger, database_time
from syndicate.ledger.deliveries import Delivery
from syndicate.ledger.lines import DUE, Due
from syndicate.model.step import Deliver, Plan, Withdraw
from syndicate.pipeline.pause import resume
from tests.builders import an_event, hours, minutes
from tests.fakes.partner import reply
from tests.fakes.rehearsal import LEASE, Rehearsal

PUSH = "yunfeng/push"

pytestmark = pytest.mark.parametrize(
    "ledger_url", [pytest.param("postgresql", marks=pytest.mark.integration)], indirect=True
)


def a_story_whose_master_is_gone(system: Rehearsal) -> Delivery:
    """It waits for the partner still, and isn't decided again yet."""
    system.partner()
    system.publish(an_event(article="master"))
    system.tell(an_event(article="d-1", derived_from="master"))
    system.run_next()
    system.tell(an_event("withdrawn", "master", version=2))
    system.system.perform(Withdraw(article_id="master"))
    system.lose_queue()
    (row,) = system.rows("d-1")
    assert row.state == "waiting"
    return row


def claim_as_a_turn_does(connection: Connection, *wanted: Delivery) -> list[Claim]:
    """The destinations first, then what waits for them."""
    assert health.reserve(connection, {row.destination_id for row in wanted})
    rows = connection.execute(select(*DUE).where(tables.deliveries.c.id.in_([row.id for row in wanted]))).all()
    now = database_time(connection)
    return claims.claim(connection, [Due._make(row) for row in rows], token="a turn", now=now, lease=LEASE)


def wait_until_blocked_or_done(ledger: Ledger, other: "Future[object]") -> None:
    waiting = text(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' LIMIT 1"
    )
    deadline = time.monotonic() + 10
    while not other.done():
        with ledger.read() as connection:  # a new look each time: within a transaction the view stands still
            if connection.scalar(waiting):
                return
        assert time.monotonic() < deadline, "the other one neither waits nor comes to an end"


# a plan, and a claim of what it is about to refuse


def test_while_a_plan_refuses_what_waits_no_worker_takes_it(system: Rehearsal, monkeypatch):
    # given: a worker comes when the plan has seen what is owed, and has cancelled nothing yet
    a_story_whose_master_is_gone(system)
    look = deliveries.of_article

    def look_before_a_worker_comes(connection: Connection, article_id: str) -> list[Delivery]:
        seen = look(connection, article_id)
        system.system.perform(Deliver(lane="deliver"))
        return seen

    # when
    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "of_article", look_before_a_worker_comes)
        system.system.perform(Plan(article_id="d-1"))

    # then
    assert system.states("d-1") == [("publish", 1, "cancelled")]


def test_a_plan_that_refuses_what_is_being_claimed_waits_for_the_claim_and_takes_it_back(system: Rehearsal):
    row = a_story_whose_master_is_gone(system)

    with ThreadPoolExecutor(1) as planner:
        with system.ledger.write() as connection:
            assert claim_as_a_turn_does(connection, row)
            planned = planner.submit(system.system.perform, Plan(article_id="d-1"))
            wait_until_blocked_or_done(system.ledger, planned)
        planned.result(timeout=10)

    assert system.states("d-1") == [("publish", 1, "sending"), ("withdraw", 1, "waiting")]


def test_a_plan_that_waits_for_one_destination_holds_up_none_that_comes_after_it(system: Rehearsal):
    # given: it waits for one partner, and is owed to another who joined since and comes before that one
    system.partner("yunfeng")
    system.tell(an_event(article="d-1"))
    system.run_next()
    system.partner("anhe")
    system.begin()

    with ThreadPoolExecutor(1) as planner:
        with system.ledger.write() as connection:
            health.hold(connection, {"anhe/push"})
            planned = planner.submit(system.replan, "d-1")
            wait_until_blocked_or_done(system.ledger, planned)
            free = health.reserve(connection, {PUSH})
        planned.result(timeout=10)

    assert free == {PUSH}


# a turn, a sweep that has retries tried again, and the newsroom: whoever locks the same rows locks them in one order


def test_a_sweep_that_hurries_retries_and_a_turn_that_claims_them_do_not_wait_for_each_other(system: Rehearsal):
    # given: the turn has the destination, and the sweep comes before it takes what waits there
    system.partner().will(reply(503))
    system.publish(an_event())
    system.let_time_pass(hours(1))
    resume(system.ledger, [PUSH])
    (row,) = system.rows()

    with ThreadPoolExecutor(1) as clock:
        with system.ledger.write() as connection:
            health.reserve(connection, {PUSH})
            swept = clock.submit(system.sweep)
            wait_until_blocked_or_done(system.ledger, swept)
            claim_as_a_turn_does(connection, row)
        swept.result(timeout=10)

    assert system.states() == [("publish", 1, "sending")]


def test_a_sweep_that_has_what_failed_wait_again_and_a_plan_do_not_wait_for_each_other(system: Rehearsal):
    # given: the plan has the article, and the sweep comes before it has the destination too
    settings = system.system.settings
    patience = settings.patience.model_copy(update={"give_up_after_h": 1})
    system.reconfigure(settings.model_copy(update={"patience": patience}))
    system.partner().will(*[reply(503)] * 2)
    system.publish(an_event())
    system.let_time_pass(hours(2))
    system.sweep_and_run()
    assert system.states() == [("publish", 1, "failed")]
    resume(system.ledger, [PUSH])

    with ThreadPoolExecutor(1) as clock:
        with system.ledger.write() as connection:
            articles.head(connection, "a-1", lock=True)
            swept = clock.submit(system.sweep)
            wait_until_blocked_or_done(system.ledger, swept)
            health.hold(connection, {PUSH})
        swept.result(timeout=10)

    assert system.states() == [("publish", 1, "waiting")]


def test_an_event_that_cancels_what_waits_and_a_turn_that_claims_it_do_not_wait_for_each_other(system: Rehearsal):
    # given: the turn has taken the first of two, which the database finds last, when the event comes
    for id in ("yunfeng", "anhe"):
        system.partner(id)
    system.tell(an_event())
    system.run_next()
    first, second = sorted(system.rows(), key=lambda row: row.seq)
    system.set_due(first.id, ago=minutes(1))

    with ThreadPoolExecutor(1) as newsroom:
        with system.ledger.write() as connection:
            claim_as_a_turn_does(connection, first)
            told = newsroom.submit(system.tell, an_event("withdrawn", version=2))
            wait_until_blocked_or_done(system.ledger, told)
            claim_as_a_turn_does(connection, second)
        told.result(timeout=10)

    assert [state for _, _, state in system.states()] == ["sending", "sending"]
