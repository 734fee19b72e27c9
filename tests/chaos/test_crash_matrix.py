"""kill -9 at exactly one point of a delivery, of Celery's child or of its parent: it comes once in effect."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import psutil
import pytest
from sqlalchemy import update

from syndicate.dispatch.celery import CeleryHandover
from syndicate.ledger import tables
from syndicate.ledger.deliveries import Delivery
from syndicate.model.step import Deliver, Lane, Plan, Withdraw
from tests.builders import an_event
from tests.fakes.brokers import redis_of_our_own
from tests.fakes.live import Live
from tests.fakes.partner import FakePartner, reply

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[2]
WITHIN_S = 40
ONCE, TWICE = [(1, "delivered")], [(1, "lost"), (2, "delivered")]
# What stands on record in the end, and how many requests the partner got, when the sender has died there.
EFFECTS = {
    "before the claim": (ONCE, 1),
    "after the claim": (TWICE, 1),
    "in mid-request": (TWICE, 2),
    "before the outcome is committed": (TWICE, 2),
    "after the outcome is committed": (ONCE, 1),
}
LANES: dict[str, Lane] = {"withdraw": "retract", "publish": "deliver"}


@dataclass(frozen=True)
class World:
    """A newsroom with one partner, whose clock and whose worker for retries are well."""

    live: Live
    partner: FakePartner
    queue: CeleryHandover

    def owe(self, action: str, article: str) -> Delivery:
        """Have an article published, or published, delivered and withdrawn; answers what waits to be sent then."""
        system = self.live.system
        system.accept(an_event("published", article))
        system.perform(Plan(article_id=article))
        if action == "withdraw":
            system.perform(Deliver(lane="deliver"))
            system.accept(an_event("withdrawn", article, version=2))
            system.perform(Withdraw(article_id=article))
        (row,) = [row for row in self.live.deliveries(article) if row.state == "waiting"]
        return row

    def state(self, one: Delivery) -> str:
        """How a delivery stands now."""
        (row,) = [row for row in self.live.deliveries(one.article_id) if row.id == one.id]
        return row.state

    def requests(self, one: Delivery) -> list[bytes]:
        """The bodies that the partner got under a delivery's key."""
        return [seen.body for seen in self.partner.requests if seen.headers["webhook-id"] == one.id]

    def let_the_lease_run_out(self, one: Delivery) -> None:
        """As if it had been claimed long ago, if it is being sent."""
        row = tables.deliveries
        claimed = update(row).where(row.c.id == one.id, row.c.state == "sending")
        with self.live.system.ledger.write() as connection:
            connection.execute(claimed.values(lease_until=row.c.created_at))

    @contextmanager
    def running(self, *arguments: str, doom: Path | None = None) -> Iterator[psutil.Process]:
        """A process of the system's own; it and its children are gone in the end."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SYNDICATE_")}
        environment |= {"SYNDICATE_CONFIG_DIR": str(self.live.folder / "config"), "DOOM": str(doom)}
        with (self.live.folder / "up.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        try:
            yield psutil.Process(process.pid)
        finally:
            process.kill()  # Celery's child is killed with its parent
            process.wait(10)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all of these tests, each of which has articles of its own."""
    folder = tmp_path_factory.mktemp("crash")
    with redis_of_our_own(tmp_path_factory.mktemp("r")) as redis, FakePartner() as partner:
        live = Live(folder, {"jingchu": partner}, broker_url=redis.url)
        world = World(live, partner, CeleryHandover(redis.url))
        with world.running("workers", "clock"), world.running("workers", "slow"):
            yield world
        live.system.close()


@pytest.mark.parametrize("victim", ["child", "parent"])
@pytest.mark.parametrize("point", EFFECTS)
def test_a_publication_and_a_removal_come_once_in_effect(world: World, tmp_path: Path, point: str, victim: str) -> None:
    owed = {action: world.owe(action, f"{action}-{victim}-{point}".replace(" ", "-")) for action in LANES}
    answer = Event()
    world.partner.will(reply(200, until=answer), reply(200, until=answer))

    with ExitStack() as doomed:
        for action, lane in LANES.items():
            (tmp_path / action).mkdir()
            doomed.enter_context(world.running("tests.chaos.doomed", lane, point, victim, doom=tmp_path / action))
            world.queue([Deliver(lane=lane)])
        for action, delivery in owed.items():
            see_death(world, tmp_path / action, delivery, answer)
        answer.set()
        with ExitStack() as healthy:
            for lane in LANES.values() if victim == "parent" else ():  # a parent has a new child by itself
                healthy.enter_context(world.running("workers", lane))
            if point.startswith("after the outcome"):  # then see whoever comes after at work, before we count
                owed |= {"another": world.owe("publish", f"another-{victim}")}
            for delivery in owed.values():
                world.live.wait_for(lambda one=delivery: world.state(one) == "delivered", timeout_s=WITHIN_S)

    for delivery in owed.values():
        bodies = world.requests(delivery)
        assert (world.live.tries(delivery.id), len(bodies)) == EFFECTS[point]
        assert len(set(bodies)) == 1


def see_death(world: World, doom: Path, delivery: Delivery, answer: Event) -> None:
    """See it struck, in mid-request or where else it must be; and its lease over."""
    struck = doom / "struck"
    world.live.wait_for(lambda: struck.exists() or bool(world.requests(delivery)), timeout_s=WITHIN_S)
    (doom / "arrived").touch()
    if "mid-request" not in delivery.article_id:
        answer.set()
    world.live.wait_for(struck.exists, timeout_s=WITHIN_S)
    world.let_the_lease_run_out(delivery)
