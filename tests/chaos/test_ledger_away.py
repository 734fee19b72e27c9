"""The ledger is locked, away or full for longer than one likes: what fails is said, and it goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from syndicate.ledger.database import Ledger
from syndicate.model.step import Deliver
from tests.builders import an_event, minutes
from tests.fakes.partner import reply
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
