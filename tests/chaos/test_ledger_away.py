"""The ledger is locked, away or full for longer than one likes: what fails is said, and it goes on."""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from syndicate.ledger import partners
from syndicate.ledger.database import Ledger
from syndicate.model.partner import Destination
from syndicate.model.step import Deliver
from tests.builders import BODY, a_destination, an_event, minutes
from tests.fakes.partner import reply
from tests.fakes.postgresql import Cluster
from tests.fakes.rehearsal import Rehearsal


class Fickle(Ledger):
    """The same ledger, which can't be written to when `until_then` more transactions have been."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self.until_then = ledger, 1_000_000

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self.until_then -= 1
        if self.until_then < 0:
            raise OperationalError("BEGIN IMMEDIATE", {}, Exception("it is away"))
        with self._ledger.write() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._ledger.read() as connection:
            yield connection

    def close(self) -> None:
        """It is not ours to close."""


def test_a_look_at_what_waits_that_the_ledger_cuts_short_is_made_again_before_anything_is_claimed(
    system: Rehearsal, monkeypatch: pytest.MonkeyPatch
):
    failures = [OperationalError("SELECT", {}, Exception("the database is restarted"))]

    def where_they_receive(connection: Connection, ids: Collection[str]) -> dict[str, Destination]:
        if failures:
            raise failures.pop()
        return partners.newest_destinations(connection, ids)

    cut_short = SimpleNamespace(newest_destinations=where_they_receive)
    monkeypatch.setattr("syndicate.pipeline.window.partners", cut_short)
    system.partner()

    system.publish(an_event())

    assert (failures, system.sent()) == ([], [("published", 1)])


def test_after_an_absence_longer_than_a_lease_the_same_worker_goes_on(system: Rehearsal):
    # given: one has answered, and one is still being waited for, when the ledger goes away for longer than a lease
    answer = Event()
    system.partner("prompt")
    system.partner("slow").will(reply(200, until=answer))
    workers = system.system.settings.workers.model_copy(update={"lease_s": 0.5})
    fickle = Fickle(system.ledger)
    system.system = replace(
        system.system, ledger=fickle, settings=system.system.settings.model_copy(update={"workers": workers})
    )
    system.tell(an_event())
    system.run_next()
    system.lose_queue()
    fickle.until_then = 1
    with pytest.raises(OperationalError):
        system.system.perform(Deliver(lane="deliver"))

    # when
    fickle.until_then = 1_000_000
    answer.set()
    system.tell(an_event(article="a-2"))
    system.run_all()
    system.sweep_and_run()
    system.let_time_pass(minutes(1))
    system.sweep_and_run()

    # then
    assert {row.state for article in ("a-1", "a-2") for row in system.rows(article)} == {"delivered"}
    assert [len(peer.requests) for peer in system.peers.values()] == [3, 3]
    assert len({seen.headers["webhook-id"] for seen in system.peers["slow"].requests}) == 2


@contextmanager
def somebody_else_writing(ledger: Ledger) -> Iterator[None]:
    """A transaction of a program that knows nothing of our file lock, and keeps every writer waiting."""
    if ledger.url.get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(ledger.url.database), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
        connection.close()
        return
    with psycopg.connect(ledger.url.render_as_string(hide_password=False)) as connection:
        connection.execute("LOCK TABLE deliveries, attempts, health IN EXCLUSIVE MODE")
        yield


def deliver_in_the_background(system: Rehearsal) -> threading.Thread:
    """A worker does what is in the queue, while the test does something else."""
    worker = threading.Thread(target=system.run_all)
    worker.start()
    return worker


def test_a_ledger_that_is_locked_for_longer_than_a_deadline_is_no_fault_of_any_partner(system: Rehearsal):
    # given: a worker that can't write down what the one has answered, while the other answers in time
    first, second = Event(), Event()
    peers = {"prompt": system.partner("prompt"), "slow": system.partner("slow")}
    for name, peer in peers.items():
        settings = {"url": peer.url, "secret": "hezuo", "network": "internal", "deadline_s": 2}
        system.partner(name, destinations=(a_destination(settings=settings),))
    peers["prompt"].will(reply(200, until=first))
    peers["slow"].will(reply(200, until=second))
    system.tell(an_event())
    system.run_next()
    worker = deliver_in_the_background(system)
    for peer in peers.values():
        peer.wait_for(lambda seen: len(seen) == 1, timeout_s=10)

    with somebody_else_writing(system.ledger):
        first.set()
        second.set()
        time.sleep(5)
    worker.join(30)

    assert system.states() == [("publish", 1, "delivered")] * 2
    assert [system.tries(row.id) for row in system.rows()] == [[(1, "delivered")]] * 2
    assert [len(peer.requests) for peer in peers.values()] == [1, 1]
    assert [system.health(f"{name}/push").failing_since for name in peers] == [None, None]


@pytest.mark.parametrize("ledger_url", [pytest.param("postgresql", marks=pytest.mark.integration)], indirect=True)
def test_a_database_that_is_started_again_meanwhile_costs_no_second_request(system: Rehearsal, cluster: Cluster):
    answer = Event()
    partner = system.partner()
    partner.will(reply(200, until=answer))
    system.tell(an_event())
    system.run_next()
    worker = deliver_in_the_background(system)
    partner.wait_for(lambda seen: len(seen) == 1, timeout_s=10)

    cluster.stop("fast")
    answer.set()
    with pytest.raises(OperationalError):
        system.sweep()
    cluster.start()
    worker.join(30)

    (row,) = system.rows()
    assert (row.state, system.tries(row.id), len(partner.requests)) == ("delivered", [(1, "delivered")], 1)


@pytest.mark.parametrize("ledger_url", ["sqlite"], indirect=True)
def test_what_finds_no_room_in_the_ledger_is_refused_whole_and_taken_in_once_there_is(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    before = system.count()
    # no random text: the ledger compresses what it keeps
    long = "".join(
        f"<p>{hashlib.sha256(bytes([number % 256, number // 256])).hexdigest()}</p>" for number in range(2000)
    )

    with no_more_pages(system.ledger):
        with pytest.raises(OperationalError, match="database or disk is full"):
            system.tell(an_event(article="a-2", body_html=BODY + long))
        in_between = system.count()
    system.publish(an_event(article="a-2", body_html=BODY + long))

    assert in_between == before
    assert system.states("a-2") == [("publish", 1, "delivered")]


@contextmanager
def no_more_pages(ledger: Ledger) -> Iterator[None]:
    """The ledger's file may not grow."""

    def limit(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # which stands for: as many as there are

    event.listen(ledger.engine, "begin", limit)
    yield
    event.remove(ledger.engine, "begin", limit)
    ledger.close()  # the limit is a connection's own
