"""Two transactions meet on PostgreSQL (SQLite has but one writer): neither overlooks what the other is doing."""

import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, select, text

from syndicate.ledger import claims, deliveries, health, tables
from syndicate.ledger.claims import Claim
from syndicate.ledger.database import Ledger, database_time
from syndicate.ledger.deliveries import Delivery
from syndicate.ledger.lines import DUE, Due
from syndicate.model.step import Deliver, Plan, Withdraw
from tests.builders import an_event
from tests.fakes.rehearsal import LEASE, Rehearsal

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
            free = health.reserve(connection, {"yunfeng/push"})
        planned.result(timeout=10)

    assert free == {"yunfeng/push"}
