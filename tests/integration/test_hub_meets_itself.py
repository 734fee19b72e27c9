"""A feed is built while a callback confirms, leaves or is gone: nobody is killed on PostgreSQL, and the fence holds."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from syndicate.dispatch.inline import Inline
from syndicate.ledger import tables
from syndicate.ledger.database import Ledger
from syndicate.model.step import LANES, Deliver
from tests.fakes.hub import Hub, a_hub
from tests.fakes.subscriber import Subscriber

ROUNDS = 12
SEED = 7


def another(hub: Hub) -> Hub:
    """The same newsroom in another process, as far as a thread can be one: a ledger, a queue and wires of its own."""
    queue = Inline()
    system = replace(hub.newsroom.system, ledger=Ledger(hub.newsroom.system.settings.ledger), handover=queue)
    return Hub(replace(hub.newsroom, system=system, queue=queue))


@pytest.fixture
def readers():
    with Subscriber() as first, Subscriber() as second, Subscriber() as third:
        yield [first, second, third]


def test_builds_verifications_and_answers_at_once_leave_nothing_that_may_not_be_sent(tmp_path, ledger_url, readers):
    with a_hub(tmp_path, ledger_url=ledger_url) as hub:
        mine, theirs = another(hub), another(hub)
        dice = random.Random(SEED)
        readers[2].takes = lambda _: (dice.choice([204, 410, 503]), {}, b"")

        def publish() -> None:
            for number in range(ROUNDS):
                mine.publish(f"hp-{number + 2}")

        def come_and_go() -> None:
            for _ in range(ROUNDS):
                for reader in readers:
                    theirs.subscribe(reader, mode=dice.choice(["subscribe", "subscribe", "unsubscribe"]))

        with ThreadPoolExecutor(2) as both:
            for done in [both.submit(publish), both.submit(come_and_go)]:
                done.result(timeout=240)
        hub.newsroom.system.handover([Deliver(lane=lane) for lane in LANES if lane in ("retract", "deliver", "slow")])
        hub.work()

        assert waiting_for_nobody(hub) == 0
        assert more_than_one_waits(hub) == []
        mine.newsroom.system.close()
        theirs.newsroom.system.close()


def waiting_for_nobody(hub: Hub) -> int:
    """What waits for subscribers that have left, or of a version that is not the newest."""
    row, one, topic = tables.deliveries, tables.subscriptions, tables.topics
    wanted = select(func.count()).select_from(row).join(one, one.c.destination_id == row.c.destination_id)
    wanted = wanted.join(topic, topic.c.id == row.c.article_id).where(row.c.state == "waiting")
    with hub.newsroom.system.ledger.read() as connection:
        gone = connection.scalar(wanted.where(one.c.state != "active"))
        old = connection.scalar(wanted.where(topic.c.version != row.c.revision))
    return int(gone or 0) + int(old or 0)


def more_than_one_waits(hub: Hub) -> list[str]:
    """The subscribers for whom more than one version waits."""
    row = tables.deliveries
    wanted = select(row.c.destination_id).where(row.c.state == "waiting", row.c.destination_id.like("%/websub:%"))
    with hub.newsroom.system.ledger.read() as connection:
        return list(connection.scalars(wanted.group_by(row.c.destination_id).having(func.count() > 1)))
