"""The whole system in one process, for tests: a real ledger, real HTTP to partners on loopback, a queue without Celery.

The clock stands still until the test turns it. Leases and retries go by the *database's* clock, which nobody can turn:
`let_time_pass` turns the rows back instead.
"""

import base64
import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from inspect import signature
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Date, select, update

from syndicate.assemble import System
from syndicate.dispatch.inline import Inline
from syndicate.ledger import claims, clearances, deliveries, feeds, health, plans, tables
from syndicate.ledger.claims import Claim
from syndicate.ledger.clearances import Standing
from syndicate.ledger.database import Ledger, database_time
from syndicate.ledger.deliveries import Delivery
from syndicate.ledger.lines import DUE, Due
from syndicate.ledger.moments import UtcDateTime
from syndicate.model.delivery import Manifest, Outcome, Parcel
from syndicate.model.event import Envelope
from syndicate.model.feed import FeedFamily
from syndicate.model.health import Health
from syndicate.model.partner import Destination
from syndicate.model.step import Lane, Plan, Step, Withdraw
from syndicate.pipeline.deliver import deliver
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.plan import plan
from syndicate.pipeline.receive import Received
from syndicate.pipeline.window import Surroundings
from syndicate.settings import Patience, Settings, read_settings
from syndicate.transports import open_transport, outcome_of
from syndicate.transports.http import Door
from tests.builders import CONFIG, NOON, a_destination, a_newsroom, a_partner, hours, minutes, shipped_wordings
from tests.fakes.partner import FakePartner

SECRET = "whsec_" + base64.b64encode(b"a sample secret of 32 bytes long").decode()
LEASE = hours(1)
PATIENT = Patience(give_up_after_h=10**6)  # the tests let hundreds of hours pass


class Overtaken(Ledger):
    """The same ledger, seen by somebody who is slow: before the first thing they write, something else happens."""

    def __init__(self, ledger: Ledger, meanwhile: Callable[[], None]) -> None:
        self._ledger = ledger
        self._meanwhile: Callable[[], None] | None = meanwhile

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """First what happens meanwhile, then a transaction."""
        happens, self._meanwhile = self._meanwhile, None
        if happens:
            happens()
        with self._ledger.write() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A look."""
        with self._ledger.read() as connection:
            yield connection


class ByHand:
    """A wire that hands each parcel to a function, and has its outcome at once.

    The function may take a third argument: whether the parcel is wanted still.
    """

    def __init__(self, send: Callable[..., Outcome]) -> None:
        self._send = send
        self._parameters = sum(one.default is one.empty for one in signature(send).parameters.values())
        self._done: list[tuple[str, Outcome]] = []

    def __len__(self) -> int:
        return len(self._done)

    def start(self, destination: Destination, parcel: Parcel, is_wanted: Callable[[], bool]) -> None:
        told = (destination, parcel, is_wanted)[: self._parameters]
        self._done.append((parcel.delivery_id, self._send(*told)))

    def finished(self, *, wait_s: float) -> list[tuple[str, Outcome]]:
        done, self._done = self._done, []
        return done


class Rehearsal:
    """`partner` lets somebody join, `tell` says what the newsroom says, `run_all` does what follows, `sent` tells."""

    def __init__(self, ledger: Ledger, *, data_dir: Path) -> None:
        self.ledger = ledger
        self.now, self.ticks = NOON, 0.0
        self.depth: dict[Lane, int] = {}
        self.queue = Inline()
        self.peers: dict[str, FakePartner] = {}
        self._open = ExitStack()
        (data_dir / "secrets").mkdir()
        (data_dir / "secrets" / "hezuo").write_text(SECRET, encoding="utf-8")
        self.system = System(
            settings=read_settings(CONFIG, data_dir=data_dir, patience=PATIENT),
            configured=a_newsroom,
            ledger=ledger,
            handover=self.queue,
            depth=lambda: self.depth,
            clock=self._clock,
        )
        self._open.callback(self._close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    # who there is

    def partner(self, id: str = "yunfeng", **changes: Any) -> FakePartner:
        """Let a partner join, or change the one with this id; answers its end of the line."""
        if id not in self.peers:
            self.peers[id] = self._open.enter_context(FakePartner())
        destinations = changes.pop("destinations", (a_destination(self.peers[id].url),))
        told = a_partner(id, destinations=destinations, **changes)
        others = [partner for partner in self._partners() if partner.id != id]
        self._newsroom(*others, told)
        return self.peers[id]

    def part_with(self, id: str) -> None:
        """Take a partner out of the configuration."""
        self._newsroom(*(partner for partner in self._partners() if partner.id != id))

    def order(self, ids: Sequence[str]) -> None:
        """Put the partners into this order."""
        self._newsroom(*sorted(self._partners(), key=lambda partner: ids.index(partner.id)))

    def reconfigure(self, settings: Settings) -> None:
        """Change the settings."""
        self.system = replace(self.system, settings=settings)

    def feeds(self, *families: FeedFamily) -> None:
        """Configure other feeds than those that are shipped."""
        newsroom = self.system.newsroom
        directory = newsroom.directory.model_copy(update={"feeds": families})
        self._configure(newsroom.model_copy(update={"directory": directory}))

    def publisher(self, **changes: Any) -> None:
        """Let the newsroom be another, until somebody joins or leaves."""
        newsroom = self.system.newsroom
        publisher = newsroom.publisher.model_copy(update=changes)
        self._configure(newsroom.model_copy(update={"publisher": publisher}))

    def variants(self, told: Mapping[tuple[str, str], Mapping[str, Mapping[str, str]]]) -> None:
        """Let there be these variants of the words, until somebody joins or leaves: (language, name) → files."""
        self._configure(self.system.newsroom.model_copy(update={"wording": shipped_wordings(told)}))

    def set_secret(self, secret: str | None) -> None:
        """Change the secret that every partner's destination uses, or take it away."""
        file = self.system.settings.secrets_dir / "hezuo"
        file.unlink(missing_ok=True)
        if secret is not None:
            file.write_text(secret, encoding="utf-8")

    # what happens

    def begin(self) -> None:
        """Start anew, as a clock does that comes up."""
        self.system.begin()

    def tell(self, envelope: Envelope) -> Received:
        """Say something; what follows stays in the queue."""
        return self.system.accept(envelope)

    def publish(self, *envelopes: Envelope) -> None:
        """Say something, and do everything that follows."""
        for envelope in envelopes:
            self.tell(envelope)
            self.run_all()

    def run_all(self) -> None:
        """Do what is in the queue, and what follows from that."""
        self.queue.run(self.system.perform)

    def run_next(self) -> None:
        """Do the first thing in the queue only; what follows is put into the queue."""
        self.system.perform(self.queue.steps.popleft())

    def lose_queue(self) -> None:
        """Every message is gone, and a minute passes in which nobody came."""
        self.queue.steps.clear()
        self.let_time_pass(minutes(1))

    def sweep(self) -> list[Step]:
        """Sweep; tells what that put into the queue."""
        before = len(self.queue.steps)
        self.system.sweep()
        return list(self.queue.steps)[before:]

    def sweep_and_run(self) -> None:
        """Sweep, and do everything that follows."""
        self.sweep()
        self.run_all()

    def prune(self) -> int:
        """Do what the clock does once a day; tells of how many deliveries the bytes were dropped."""
        return sum(dropped.deliveries for dropped in self.system.prune())

    def replan(self, article: str = "a-1") -> None:
        """Have an article planned once more, and do everything that follows."""
        self._ask_for_plan(article)
        self.system.perform(Plan(article_id=article))
        self.run_all()

    def plan_overtaken_by(self, meanwhile: Callable[[], None], article: str = "a-1") -> list[Step]:
        """Plan an article while something happens between our look and our writing; tells what follows."""
        self._ask_for_plan(article)
        ledger = Overtaken(self.ledger, meanwhile)
        return plan(ledger, article, newsroom=self.system.newsroom, now=self.now)

    def _ask_for_plan(self, article: str) -> None:
        with self.ledger.write() as connection:
            plans.ask(connection, [article], at=self.now)

    def take_back(self, article: str = "a-1") -> None:
        """Withdraw once more, and do everything that follows."""
        self.system.perform(Withdraw(article_id=article))
        self.run_all()

    def send_by(
        self, send: Callable[..., Outcome], ids: Sequence[str], *, lease: timedelta = LEASE, dice: float = 0.0
    ) -> list[Step]:
        """Another worker sends what is due in the lane of these, by its own means; tells what it hands on."""
        with self.ledger.read() as connection:
            wanted = select(tables.deliveries.c.lane).where(tables.deliveries.c.id.in_(ids)).distinct()
            (lane,) = connection.scalars(wanted)
        policy = self.system.policy.model_copy(update={"lease": lease, "budget": timedelta(seconds=20)})
        return deliver(
            self.ledger,
            lane=lane,
            wire=ByHand(send),
            policy=policy,
            around=Surroundings(clock=self._clock, dice=lambda: dice, ticks=lambda: self.ticks),
        )

    def send_for_real(self, destination: Destination, parcel: Parcel) -> Outcome:
        """One parcel, one at a time, as the system would send it."""
        door = Door()
        secret = self.system.settings.secret
        transport = open_transport(destination.transport, destination.settings, secret=secret, door=door)
        outcome = outcome_of(transport.send, parcel)
        door.close()
        return outcome

    def claim(self, *ids: str, token: str = "somebody", lease: timedelta = LEASE) -> list[Claim]:
        """A worker takes these, as far as it may have them."""
        with self.ledger.write() as connection:
            rows = connection.execute(select(*DUE).where(tables.deliveries.c.id.in_(ids)).order_by("seq")).all()
            now = database_time(connection)
            return claims.claim(connection, [Due._make(row) for row in rows], token=token, now=now, lease=lease)

    def claim_and_die(self, *ids: str) -> None:
        """A worker takes these, and is never heard of again; its lease is over at once, which the sweep notices."""
        taken = self.claim(*ids, token="of-the-dead", lease=timedelta(0))
        assert {claim.due.id for claim in taken} == set(ids)

    def touch(self, feed: str, *, urgent: bool = False) -> None:
        """Say that a feed has changed."""
        with self.ledger.write() as connection:
            feeds.touch(connection, [feed], at=NOON, urgent=urgent)

    def forget_build(self, feed: str) -> None:
        """Let a feed forget what it was built from, so that the next build writes it anew."""
        row = tables.feeds
        with self.ledger.write() as connection:
            connection.execute(update(row).where(row.c.id == feed).values(built_seq=0, form=""))

    # the clock

    def at(self, moment: datetime) -> None:
        """Set the clock, which has nothing to do with the time that passes."""
        self.now = moment

    def advance(self, by: timedelta) -> None:
        """Turn the clock on."""
        self.now += by
        self.ticks += by.total_seconds()

    def let_time_pass(self, by: timedelta) -> None:
        """Turn back every moment of every delivery, health and takedown by so much: that is how old it is then."""
        keys = ((tables.deliveries, "seq"), (tables.health, "destination_id"), (tables.takedowns, "delivery_seq"))
        for table, key in keys:
            moments = [column.name for column in table.c if isinstance(column.type, UtcDateTime | Date)]
            with self.ledger.write() as connection:
                for found in connection.execute(table.select()).mappings().all():
                    earlier = {name: found[name] - by for name in moments if found[name]}
                    if earlier:
                        connection.execute(update(table).where(table.c[key] == found[key]).values(earlier))

    def set_due(self, delivery_id: str, *, ago: timedelta) -> None:
        """Have one delivery due since then; a negative time is still to come."""
        row = tables.deliveries
        with self.ledger.write() as connection:
            due_at = database_time(connection) - ago
            connection.execute(update(row).where(row.c.id == delivery_id).values(due_at=due_at))

    def database_time(self) -> datetime:
        """What the database's clock says."""
        with self.ledger.read() as connection:
            return database_time(connection)

    # what can be seen

    def sent(self, id: str = "yunfeng") -> list[tuple[str, int]]:
        """What a partner has been sent, in order: (what happened, which revision)."""
        return [
            (seen.headers["syndicate-event"].removeprefix("article."), int(json.loads(seen.body)["version"]))
            for seen in self.peers[id].requests
        ]

    def rows(self, article: str = "a-1", partner: str = "") -> list[Delivery]:
        """The deliveries of an article, or those to one partner, in the order in which they supersede each other."""
        with self.ledger.read() as connection:
            found = deliveries.of_article(connection, article)
        return [row for row in found if not partner or row.partner_id == partner]

    def has_bytes(self, row: Delivery) -> bool:
        """Whether the bytes that a delivery carries are there."""
        return any(content["digest"] == row.body for content in self.rows_of("contents"))

    def manifest(self, row: Delivery) -> Manifest:
        """What a delivery carries."""
        with self.ledger.read() as connection:
            return deliveries.manifest(connection, row)

    def health(self, destination: str = "yunfeng/push") -> Health:
        """How a destination is doing."""
        with self.ledger.read() as connection:
            return health.of(connection, [destination])[destination]

    def states(self, article: str = "a-1", partner: str = "") -> list[tuple[str, int, str]]:
        """The same in short: (action, revision, state)."""
        return [(row.action, row.revision, row.state) for row in self.rows(article, partner)]

    def tries(self, delivery_id: str) -> list[tuple[int, str]]:
        """Every try at a delivery that is on record: (number, outcome)."""
        row = tables.deliveries
        wanted = select(tables.attempts).join(row, row.c.seq == tables.attempts.c.delivery_seq)
        wanted = wanted.where(row.c.id == delivery_id)
        with self.ledger.read() as connection:
            rows = connection.execute(wanted.order_by(tables.attempts.c.seq))
            return [(row.number, row.outcome) for row in rows]

    def rows_of(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table."""
        with self.ledger.read() as connection:
            return [dict(row) for row in connection.execute(tables.metadata.tables[table].select()).mappings()]

    def answers(self, article: str = "a-1", revision: int = 1) -> dict[str, Standing]:
        """Who may have it, and why."""
        with self.ledger.read() as connection:
            return clearances.of_revision(connection, article, revision)

    def feed(self, id: str = "all", format: str = "atom") -> bytes:
        """The bytes of a feed as they are served."""
        with self.ledger.read() as connection:
            served = feeds.serve(connection, id, format)
        assert served is not None, f"feed {id} was never built"
        return gzip.decompress(served.packed)

    def count(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.ledger.read() as connection:
            return {
                table.name: len(connection.execute(table.select()).all()) for table in tables.metadata.sorted_tables
            }

    def _clock(self) -> datetime:
        return self.now

    def _partners(self) -> Sequence[Any]:
        return self.system.newsroom.directory.partners

    def _close(self) -> None:
        self.system.close()  # as it is at the end: every change of the configuration makes another

    def _configure(self, newsroom: Newsroom) -> None:
        self.system = replace(self.system, configured=lambda: newsroom)

    def _newsroom(self, *partners: Any) -> None:
        self.system.close()
        self._configure(a_newsroom(partners=partners))
