"""The disk that the ledger and the logs are on is full: what can't be kept is refused, and all goes on afterwards."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event

import psutil

from tests.builders import an_event
from tests.end_to_end.conftest import see_delivered
from tests.fakes.live import Live
from tests.fakes.partner import FakePartner, reply


@contextmanager
def disk_full(live: Live) -> Iterator[None]:
    """No process can write more than a byte to a file; but Redis can, which a limit would kill and a full disk not."""
    assert live.process is not None
    _limit(live.process.pid, 1)
    yield
    _limit(live.process.pid, resource.RLIM_INFINITY)


def _limit(pid: int, at_most: int) -> None:
    supervisor = psutil.Process(pid)
    for one in [supervisor, *supervisor.children(recursive=True)]:
        if one.name() != "redis-server":
            _, hard = resource.prlimit(one.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(one.pid, resource.RLIMIT_FSIZE, (at_most, hard))


def test_what_cannot_be_kept_is_refused_and_once_there_is_room_all_goes_on(
    live: Live, partners: dict[str, FakePartner]
) -> None:
    # given: one delivery is on its way, and a worker dies, while nothing can be written down
    answer = Event()
    partners["jingchu"].will(reply(200, until=answer))
    live.publish(an_event("published", "a-1"))
    partners["jingchu"].wait_for(lambda seen: len(seen) == 1, timeout_s=20)
    with disk_full(live):
        answer.set()
        refused = live.post(an_event("published", "a-2"), http=live.http, timeout_s=30)
        live.kill("feeds")
        live.wait_for(lambda: bool(live.workers("feeds")), timeout_s=20)
    there_is_room = datetime.now(UTC)

    accepted = live.publish(an_event("published", "a-2"))

    assert (refused.status_code, refused.headers["retry-after"], accepted["outcome"]) == (503, "5", "accepted")
    see_delivered(live, partners, "a-1", "a-2")
    live.wait_for(lambda: live.is_heard(since=there_is_room), timeout_s=60)
