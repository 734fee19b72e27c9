"""A newsroom with a hub, on a ledger of any kind, and the words in which a subscriber talks to it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select, update

from syndicate.ledger import deliveries, subscriptions, tables
from syndicate.ledger.deliveries import Delivery
from syndicate.model.subscription import Subscription
from tests.fakes.subscriber import Subscriber
from tests.fakes.web_newsroom import BASE, FEEDS, Answer, Newsroom, a_newsroom, an_article, an_event

TOPIC = f"{BASE}/feeds/all.atom"
HUB = f"{BASE}/hub"
FORM = "application/x-www-form-urlencoded"
SETTINGS = """
[websub]
hub = true
plain_http = true
network = "internal"
shortest_lease_s = 60
verify_pause_s = 0
"""


@dataclass(frozen=True)
class Hub:
    """The newsroom, and what happens at its hub."""

    newsroom: Newsroom

    def post(self, headers: dict[str, str] | None = None, **parameters: str | None) -> Answer:
        """Ask the hub: `mode` stands for hub.mode, and so on; None leaves one out."""
        told = {f"hub.{name}": value for name, value in parameters.items() if value is not None}
        return self.post_bytes(urlencode(told).encode(), headers)

    def post_bytes(self, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        """Ask the hub with this body."""
        return self.newsroom.ask("POST", "/hub", headers={"content-type": FORM} | (headers or {}), content=body)

    def ask_for(self, reader: Subscriber, *, topic: str = TOPIC, mode: str = "subscribe", **more: str | None) -> Answer:
        """A subscriber asks, and nothing follows yet."""
        return self.post(mode=mode, callback=reader.callback, topic=topic, **more)

    def subscribe(self, reader: Subscriber, **told: str) -> None:
        """A subscriber asks, and everything follows."""
        answer = self.ask_for(reader, **told)
        assert answer.status == 202, answer.body
        self.work()

    def publish(self, id: str = "hp-2", *, type: str = "article.published", **changes: object) -> None:
        """Something happens that changes the feeds, and everything follows."""
        event = f"{type}-{id}-{changes.get('version', 1)}"
        if type == "article.withdrawn":
            version = changes.get("version", 1)
            self.newsroom.system.accept(an_event(id=event, type=type, data={"id": id, "version": version}))
        else:
            self.newsroom.system.accept(an_event(id=event, type=type, data=an_article(id=id, **changes)))
        self.work()

    def work(self) -> None:
        """Do what is in the queue, and what follows from that."""
        self.newsroom.queue.run(self.newsroom.system.perform)

    def sweep(self) -> None:
        """Sweep, and do what follows."""
        self.newsroom.system.sweep()
        self.work()

    def at(self, moment: datetime) -> "Hub":
        """The same hub at another hour."""
        system = replace(self.newsroom.system, clock=lambda: moment)
        return Hub(replace(self.newsroom, system=system))

    def feed(self, path: str = "/feeds/all.atom") -> bytes:
        """What is served."""
        return self.newsroom.get(path).body

    def subscriptions(self) -> list[Subscription]:
        """All there are."""
        with self.newsroom.system.ledger.read() as connection:
            return subscriptions.every(connection)

    def the_one(self) -> Subscription:
        """The only one."""
        (one,) = self.subscriptions()
        return one

    def sent(self, topic: str = "/feeds/all.atom") -> list[Delivery]:
        """What was owed of a topic."""
        with self.newsroom.system.ledger.read() as connection:
            return deliveries.of_article(connection, topic)

    def let_time_pass(self, by: timedelta) -> None:
        """Turn back the moments of every subscription, delivery and health by so much."""
        keys = ((tables.subscriptions, "id"), (tables.deliveries, "seq"), (tables.health, "line"))
        with self.newsroom.system.ledger.write() as connection:
            for table, key in keys:
                names = [column.name for column in table.c if column.name.endswith(("_at", "_until", "_since"))]
                for row in connection.execute(select(table)).mappings().all():
                    earlier = {name: row[name] - by for name in names if row[name] is not None}
                    if earlier:
                        connection.execute(update(table).where(table.c[key] == row[key]).values(earlier))


@contextmanager
def a_hub(
    folder: Path, *, settings: str = SETTINGS, ledger_url: str = "", feeds: Mapping[str, str] = FEEDS
) -> Iterator[Hub]:
    """A newsroom with a hub and one article, whose feeds are built."""
    with a_newsroom(folder, settings=settings, url=ledger_url, feeds=feeds) as newsroom:
        newsroom.published()
        yield Hub(newsroom)
