"""Does one Step after another: the pipeline's stages, with the ways out and the bytes that a process has in mind."""

import os
import random
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import structlog
from sqlalchemy.exc import OperationalError

from syndicate.ledger import beats
from syndicate.ledger.database import Ledger, was_deadlock
from syndicate.ledger.entry_bytes import Kept
from syndicate.model.step import Beat, BuildFeed, Confirm, Deliver, Lane, Plan, Step, Verify, Withdraw, WriteFiles
from syndicate.patience import delivery_policy
from syndicate.pipeline.build_feed import build_feed
from syndicate.pipeline.deliver import deliver
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.plan import plan
from syndicate.pipeline.record import DeliveryPolicy
from syndicate.pipeline.verify import verify
from syndicate.pipeline.verify_intent import Hub, verify_intent
from syndicate.pipeline.window import Surroundings
from syndicate.pipeline.withdraw import withdraw
from syndicate.pipeline.write_files import write_files
from syndicate.settings import Settings
from syndicate.stores import Store, open_store
from syndicate.ways import Ways

ENTRIES_IN_MIND = 64 * 1024 * 1024  # bytes of feeds' entries, in a process that builds feeds
FILE_DEADLINE_S = 20.0  # for one file to a store that is far away


log = structlog.get_logger(__name__)


def worker_name(process: int) -> str:
    """How a worker is called where its signs of life are kept: by its machine and its process, Celery's parent."""
    return f"{socket.gethostname()}:{process}"


@dataclass(frozen=True)
class Performer:
    """What a process does Steps with. One per process, made after a fork; `close` it at the end."""

    settings: Settings
    configured: Callable[[], Newsroom]
    ledger: Ledger
    clock: Callable[[], datetime]
    stopping: Callable[[], bool]

    def follow(self, step: Step) -> Sequence[Step]:
        """Do one Step; its facts are committed when this answers with what follows.

        Where two have waited for each other, the database has undone one of them: it is done once more.
        """
        try:
            return self._follow(step)
        except OperationalError as error:
            if not was_deadlock(error) or isinstance(step, Deliver):  # what was sent is for the sweep to settle
                raise
            log.warning("step.done_again", step=type(step).__name__, because="two waited for each other")
            return self._follow(step)

    def _follow(self, step: Step) -> Sequence[Step]:
        match step:
            case Plan():
                return plan(self.ledger, step.article_id, newsroom=self.configured(), now=self.clock())
            case Withdraw():
                return withdraw(self.ledger, step.article_id, newsroom=self.configured(), now=self.clock())
            case BuildFeed() | WriteFiles():
                return self._feed(step)
            case Deliver():
                return self._deliver(step)
            case Verify() | Confirm():
                return self._look_outside(step)
            case Beat():
                return self._show_life(step.lane)

    def _feed(self, step: BuildFeed | WriteFiles) -> Sequence[Step]:
        """Build a feed, or write it as files, which follows where a store is set.

        By the withdraw lane goes only what waits for nobody.
        """
        newsroom, store = self.configured(), self.store
        if isinstance(step, BuildFeed):
            steps = build_feed(self.ledger, step.feed_id, newsroom=newsroom, kept=self._entries, now=self.clock())
            writes = [WriteFiles(feed_id=step.feed_id, urgent=step.urgent and store.is_near)] if store else []
            return [*steps, *writes]
        if store:
            lease, margin = self._policy.lease, timedelta(seconds=self._file_deadline_s)
            write_files(self.ledger, step.feed_id, newsroom=newsroom, store=store, lease=lease, margin=margin)
        return []

    def _deliver(self, step: Deliver) -> Sequence[Step]:
        around = Surroundings(clock=self.clock, dice=random.random, stopping=self.stopping)
        try:
            return deliver(self.ledger, lane=step.lane, wire=self._ways.wire, policy=self._policy, around=around)
        except Exception:
            # What is on its way belongs to nobody now: it must not come in among what is sent next. The sweep finds it.
            self._ways.break_off_wire()
            raise

    def _look_outside(self, step: Verify | Confirm) -> Sequence[Step]:
        lease = self._policy.lease
        if isinstance(step, Verify):
            return verify(self.ledger, step.deliveries, look=self._ways.pages.look, lease=lease)
        hub = Hub(
            newsroom=self.configured(), policy=self.settings.hub_policy, ask=self._ways.callbacks.ask, lease=lease
        )
        return verify_intent(self.ledger, step.subscriptions, hub=hub, now=self.clock())

    def close(self) -> None:
        """Let go of open connections."""
        self._ways.close()
        if vars(self).get("store"):
            vars(self)["store"].close()

    @property
    def _policy(self) -> DeliveryPolicy:
        return delivery_policy(self.settings)

    @cached_property
    def _entries(self) -> Kept:
        return Kept(ENTRIES_IN_MIND)

    @cached_property
    def store(self) -> Store | None:
        """Where feeds stand as files; None where nowhere is set."""
        return open_store(self.settings.web, deadline_s=self._file_deadline_s, secret=self.settings.secret)

    @property
    def _file_deadline_s(self) -> float:
        return min(FILE_DEADLINE_S, self.settings.workers.lease_s / 3)

    @cached_property
    def _ways(self) -> Ways:
        return Ways(self.settings)

    def _show_life(self, lane: Lane) -> Sequence[Step]:
        with self.ledger.write() as connection:
            beats.beat(connection, lane, worker_name(os.getppid()), now=self.clock())
        return []
