"""Scenarios 29, 36, 43 and 44 of the design, about one partner in trouble and all the others, on one running system.

Scenarios 41 and 42 are in test_survival.py, 39 in test_time_limit.py. What is measured is compared with the same system
at rest, in the same test: machines differ.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from syndicate.ledger import tables
from tests.builders import an_event
from tests.end_to_end.conftest import see_delivered, three_partners
from tests.fakes.live import Live
from tests.fakes.partner import FakePartner, Seen, hang, reply

KILL_WITHIN_S = 10
FACTOR, GRACE_S = 5, 3.0  # how much longer it may take than at rest: generous, as other work goes on beside the tests
BUSY = "jingchu"
OTHERS = ("jingmen", "zhongxiang")

Partners = dict[str, FakePartner]


@pytest.fixture(scope="module")
def partners() -> Iterator[Partners]:
    """Three partners' servers, for the whole module."""
    with three_partners() as servers:
        yield servers


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, partners: Partners) -> Iterator[Live]:
    """A running newsroom that has published an article."""
    with Live(tmp_path_factory.mktemp("live"), partners) as running:
        running.publish(an_event(article="first"))
        see_delivered(running, partners, "first")
        yield running


@contextmanager
def a_backlog(live: Live, partner: FakePartner, many: int) -> Iterator[Callable[[], int]]:
    """So many articles wait for the busy partner, who takes half a second for each; tells how many still do."""
    partner.otherwise(reply(200, after_s=0.5))
    before = len(partner.requests)
    _owe(live, many)
    partner.wait_for(lambda seen: len(seen) >= before + 8, timeout_s=30)
    yield lambda: _waiting(live)
    row = tables.deliveries
    with live.system.ledger.write() as connection:
        all_of_it = (row.c.destination_id == f"{BUSY}/webhook", row.c.state == "waiting")
        connection.execute(update(row).where(*all_of_it).values(state="cancelled", due_at=None))
    partner.otherwise(reply(200))
    live.wait_for(lambda: not _waiting(live, "sending"), timeout_s=30)


def _owe(live: Live, many: int) -> None:
    """Owe the busy partner so many articles, as planning them would: of the first article, under other names."""
    (like,) = [vars(row) for row in live.deliveries("first") if row.partner_id == BUSY]
    row, health = tables.deliveries, tables.health
    names = {column.name for column in row.c} & like.keys() - {"seq"}
    with live.system.ledger.write() as connection:
        owed = connection.scalar(select(health.c.owed).where(health.c.destination_id == like["destination_id"]))
        assert owed is not None
        articles, deliveries = [], []
        for number in range(owed + 1, owed + 1 + many):
            name = f"old-{number}"
            articles.append({"id": name, "uri": f"tag:{name}", "head_revision": 1, "planned_revision": 1, "version": 1})
            deliveries.append(
                {name: like[name] for name in names}
                | {"id": f"d_{name}", "article_id": name, "number": number}
                | {"state": "waiting", "due_at": like["created_at"], "settled_at": None, "tries": 0}
            )
        connection.execute(insert(tables.articles), articles)
        connection.execute(insert(row), deliveries)
        connection.execute(
            update(health).where(health.c.destination_id == like["destination_id"]).values(owed=owed + many)
        )


def _waiting(live: Live, state: str = "waiting") -> int:
    row = tables.deliveries
    wanted = select(func.count()).where(row.c.destination_id == f"{BUSY}/webhook", row.c.state == state)
    with live.system.ledger.read() as connection:
        return int(connection.scalar(wanted) or 0)


def took_s(event: dict[str, Any], live: Live, *partners: FakePartner) -> float:
    """Say something, and wait until these partners have it; tells how long that took, in seconds."""
    began = time.monotonic()
    live.publish(event)
    for partner in partners:
        partner.wait_for(lambda seen: any(_is_about(one, event) for one in seen), timeout_s=60)
    return time.monotonic() - began


def _is_about(seen: Seen, event: dict[str, Any]) -> bool:
    if seen.headers["syndicate-event"] != event["type"]:
        return False
    return bool(json.loads(seen.body)["uri"].endswith(f":{event['data']['id']}"))


def slowest_s(name: str, live: Live, partners: Partners, *, many: int = 8) -> float:
    """Publish so many articles, one after the other; tells how long the others waited for theirs at most."""
    others = [partners[other] for other in OTHERS]
    return max(took_s(an_event(article=f"{name}-{number}"), live, *others) for number in range(many))


# 29


def test_29_a_kill_overtakes_a_backlog_for_the_same_partner_however_many_wait(live: Live, partners: Partners) -> None:
    busy, took = partners[BUSY], {}
    for many in (0, 500, 10_000):
        live.publish(an_event(article=f"kill-{many}"))
        see_delivered(live, partners, f"kill-{many}")
        kill = an_event("withdrawn", f"kill-{many}", version=2)
        if not many:
            took[many] = took_s(kill, live, busy)
            continue
        with a_backlog(live, busy, many) as waiting:
            took[many] = took_s(kill, live, busy)
            assert waiting() > many / 2

    assert max(took.values()) < KILL_WITHIN_S
    assert took[10_000] < FACTOR * max(took[0], took[500]) + GRACE_S


# 36


def test_36_a_subscriber_with_a_long_queue_does_not_delay_others(live: Live, partners: Partners) -> None:
    at_rest = slowest_s("rest", live, partners)

    with a_backlog(live, partners[BUSY], 2_000) as waiting:
        beside_it = slowest_s("beside", live, partners)
        assert waiting() > 1_000

    assert beside_it < FACTOR * at_rest + GRACE_S


# 43


def test_43_a_partner_that_answers_200_after_our_time_out_gets_the_same_delivery_again(
    live: Live, partners: Partners
) -> None:
    # given: a partner that takes the article, and answers when we have given up waiting
    answer_now, slow = Event(), partners[BUSY]
    before = len(slow.requests)
    slow.will(reply(200, until=answer_now))
    live.publish(an_event(article="late"))
    live.wait_for(lambda: [row.state for row in live.deliveries("late")].count("waiting") == 1, timeout_s=30)
    (waits,) = [row for row in live.deliveries("late") if row.state == "waiting"]
    answer_now.set()

    # when
    first, second = slow.wait_for(lambda seen: len(seen) == before + 2, timeout_s=30)[before:]
    live.wait_for(lambda: {row.state for row in live.deliveries("late")} == {"delivered"}, timeout_s=30)

    # then: by its key the partner knows that it has this already
    assert "did not answer within 2 s" in waits.reason
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == waits.id
    assert first.body == second.body
    assert len(slow.requests) == before + 2


# 44


def test_44_a_partner_that_accepts_connections_and_never_answers_does_not_affect_others(
    live: Live, partners: Partners
) -> None:
    at_rest = slowest_s("before", live, partners)
    silent = partners[BUSY]
    silent.otherwise(hang())
    before = len(silent.requests)

    while_it_hangs = slowest_s("during", live, partners, many=24)
    silent.otherwise(reply(200))

    assert len(silent.requests) > before
    assert {row.state for row in live.deliveries("during-23") if row.partner_id == BUSY} != {"delivered"}
    assert while_it_hangs < FACTOR * at_rest + GRACE_S
