"""Puts the parts together; the only module that knows them all."""

import os
import random
import socket
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from sqlalchemy.exc import IntegrityError

from syndicate.configuration import Watched, fingerprints
from syndicate.dispatch import Handover
from syndicate.ledger import beats, licences, partners
from syndicate.ledger.backlog import Which
from syndicate.ledger.database import Ledger
from syndicate.ledger.entry_bytes import Kept
from syndicate.ledger.retention import Dropped
from syndicate.model.clearance import Decided, Ruling, Verdict
from syndicate.model.event import Envelope
from syndicate.model.listing import Edition
from syndicate.model.partner import Partner
from syndicate.model.picture_rights import PictureRights
from syndicate.model.step import LANES, Beat, BuildFeed, Confirm, Deliver, Lane, Plan, Step, Verify, Withdraw
from syndicate.model.story import Rendition
from syndicate.patience import delivery_policy
from syndicate.pipeline import picture_standing, policies
from syndicate.pipeline.build_feed import build_feed
from syndicate.pipeline.changes import notice_changes
from syndicate.pipeline.deliver import deliver
from syndicate.pipeline.dry_run import DryRun, dry_run
from syndicate.pipeline.explain import explain
from syndicate.pipeline.feed_delta import Delta, feed_delta
from syndicate.pipeline.feed_families import rebuild
from syndicate.pipeline.listings import EditionListed, import_edition
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.pause import pause, resume
from syndicate.pipeline.plan import plan
from syndicate.pipeline.preview import Preview, preview, preview_event
from syndicate.pipeline.prune import prune
from syndicate.pipeline.receive import Received, receive
from syndicate.pipeline.record import DeliveryPolicy
from syndicate.pipeline.record_rights import RightsRecorded, record_rights
from syndicate.pipeline.replay import Replayed, replay
from syndicate.pipeline.rule import rule
from syndicate.pipeline.sweep import sweep
from syndicate.pipeline.take_up import stop_what_lapsed
from syndicate.pipeline.verify import verify
from syndicate.pipeline.verify_intent import Hub, verify_intent
from syndicate.pipeline.window import Surroundings
from syndicate.pipeline.withdraw import withdraw
from syndicate.settings import Settings
from syndicate.ways import Ways

ENTRIES_IN_MIND = 64 * 1024 * 1024  # bytes of feeds' entries, in a process that builds feeds
FORGET_WORKERS = timedelta(hours=1)

Depth = Callable[[], dict[Lane, int] | None]


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def never() -> bool:
    """Nobody tells this process to stop but by ending it."""
    return False


def worker_name(process: int) -> str:
    """How a worker is called where its signs of life are kept: by its machine and its process, Celery's parent."""
    return f"{socket.gethostname()}:{process}"


@dataclass(frozen=True)
class System:
    """A running newsroom's parts, and what can be done with them. One per process; nothing is shared over a fork.

    `configured` tells the newsroom as its files say now. `stopping` becomes true once this process is to end soon: who
    works long looks at it.
    """

    settings: Settings
    configured: Callable[[], Newsroom]
    ledger: Ledger
    handover: Handover
    depth: Depth
    clock: Callable[[], datetime] = now
    stopping: Callable[[], bool] = never

    @property
    def newsroom(self) -> Newsroom:
        """Partners, feeds and wording, as their files say now."""
        return self.configured()

    def accept(self, envelope: Envelope) -> Received:
        """Take in one event and hand over what follows. Raises `Invalid` or `Conflict`; then nothing has happened."""
        try:
            received = self._receive(envelope)
        except IntegrityError:
            received = self._receive(envelope)  # somebody sent the same event in the same moment: now it is known
        self.handover(received.steps)
        return received

    def dry_run(self, envelope: Envelope) -> DryRun:
        """What would follow from an event, with nothing written. Raises `Invalid` or `Conflict`."""
        return dry_run(self.ledger, envelope, newsroom=self.newsroom, now=self.clock())

    def explain(self, article_id: str) -> Mapping[str, tuple[Verdict, ...]]:
        """What each rule says of an article now, for each audience."""
        return explain(self.ledger, article_id, newsroom=self.newsroom, now=self.clock())

    def preview(self, article_id: str, partner: Partner, *, language: str = "") -> Preview | None:
        """How an article would read at a partner; None for what is unknown or withdrawn."""
        return preview(self.ledger, article_id, partner, newsroom=self.newsroom, now=self.clock(), language=language)

    def preview_event(self, envelope: Envelope, partner: Partner, *, language: str = "") -> Preview | None:
        """The same for an event that isn't sent yet; None for a withdrawal. Raises `Invalid` or `Conflict`."""
        return preview_event(
            self.ledger, envelope, partner, newsroom=self.newsroom, now=self.clock(), language=language
        )

    def policy_of(self, partner_id: str, version: str) -> Rendition | None:
        """What one version of a partner's agreement allows, in ODRL; None for one that never was."""
        return policies.policy_of(self.ledger, partner_id, version, newsroom=self.newsroom)

    def feed_delta(self, feed_id: str, name: str, *, since: str) -> Delta | None:
        """What has changed in a feed since a version that a reader has; None where only the whole document tells it."""
        return feed_delta(self.ledger, feed_id, name, since=since, newsroom=self.newsroom, kept=Kept(0))

    def perform(self, step: Step) -> None:
        """Do one Step, whose facts are committed when it returns, and hand over what follows."""
        self.handover(self._follow(step))

    def replay(self, which: Which) -> Replayed:
        """Try again what had failed, owe what was never attempted, and hand over what follows."""
        replayed = replay(self.ledger, which, newsroom=self.newsroom, now=self.clock())
        self.handover(replayed.steps)
        return replayed

    def rule(self, article_id: str, audience: str, *, decision: Decided, by: str, reason: str) -> None:
        """Write down what a person has decided, and hand over what follows. Raises `Invalid`."""
        ruling = Ruling(decision=decision, by=by, reason=reason, at=self.clock())
        self.handover(rule(self.ledger, article_id, audience, ruling))

    def record_rights(self, entries: Sequence[PictureRights]) -> RightsRecorded:
        """Write down whose pictures are, all or none, and hand over what follows. Raises `Invalid`."""
        done = record_rights(self.ledger, entries)
        self.handover(done.steps)
        return done

    def picture(self, url: str) -> picture_standing.PictureStanding:
        """How a picture stands: what is said of it, which articles carry it, and who gets it now."""
        return picture_standing.picture_standing(self.ledger, url, newsroom=self.newsroom, now=self.clock())

    def pictures_of(self, article_id: str) -> list[picture_standing.Listed]:
        """A live article's pictures, and which of them nobody has recorded."""
        return picture_standing.list_pictures(self.ledger, article_id, newsroom=self.newsroom, now=self.clock())

    def import_edition(self, edition: Edition, *, by: str) -> EditionListed:
        """Write down an edition of the source list, and hand over what follows. Raises `Invalid`."""
        listed = import_edition(self.ledger, edition, by=by, newsroom=self.newsroom, now=self.clock())
        self.handover(listed.steps)
        return listed

    def pause(self, destinations: Collection[str], *, because: str) -> list[str]:
        """Send nothing to these but removals, until they are resumed; tells which were not paused before."""
        return pause(self.ledger, destinations, because=because)

    def resume(self, destinations: Collection[str]) -> list[str]:
        """Send to these again, and hand over what follows; tells which were paused or failing."""
        done, steps = resume(self.ledger, destinations)
        self.handover(steps)
        return done

    def sweep(self) -> int:
        """Wake somebody up for whatever is owed; tells how many wake-ups that were."""
        steps = sweep(
            self.ledger,
            newsroom=self.newsroom,
            depth=self.depth() or {},
            policy=self.policy,
            now=self.clock(),
            dice=random.random,
        )
        self.handover(steps)
        return len(steps)

    def prune(self) -> Iterator[Dropped]:
        """Drop what need not be kept any longer, in small transactions; tells what each has dropped."""
        return prune(self.ledger, keep=self.kept_for)

    def notice_changes(self) -> list[str]:
        """See whether a destination's address or secrets have changed; tells which, and lets what failed wait again."""
        return notice_changes(self.ledger, fingerprints(self.settings, self.newsroom))

    def beat(self) -> None:
        """Give a sign of life, and ask every lane for one: whoever calls this is a clock."""
        with self.ledger.write() as connection:
            beats.forget(connection, before=self.clock() - FORGET_WORKERS)
            beats.beat(connection, beats.CLOCK, worker_name(os.getpid()), now=self.clock())
        many = self.settings.worker_counts
        self.handover([Beat(lane=lane, number=number + 1) for lane in LANES for number in range(many[lane])])

    def begin(self) -> None:
        """At a start, and after a change of the configuration: remember partners and licence, and build feeds anew."""
        with self.ledger.write() as connection:
            partners.remember(connection, self.newsroom.directory.partners, now=self.clock())
            licences.remember(connection, self.newsroom.licence, now=self.clock())
            rebuild(connection, self.newsroom.directory, now=self.clock())
        stop_what_lapsed(self.ledger, newsroom=self.newsroom, now=self.clock())

    def close(self) -> None:
        """Let go of the database and of open connections."""
        self._ways.close()
        self.ledger.close()

    def _receive(self, envelope: Envelope) -> Received:
        with self.ledger.write() as connection:
            return receive(connection, envelope, publisher=self.newsroom.publisher, now=self.clock())

    def _follow(self, step: Step) -> Sequence[Step]:
        match step:
            case Plan():
                return plan(self.ledger, step.article_id, newsroom=self.newsroom, now=self.clock())
            case Withdraw():
                return withdraw(self.ledger, step.article_id, newsroom=self.newsroom, now=self.clock())
            case BuildFeed():
                return build_feed(
                    self.ledger, step.feed_id, newsroom=self.newsroom, kept=self._entries, now=self.clock()
                )
            case Deliver():
                return self._deliver(step)
            case Verify() | Confirm():
                return self._look_outside(step)
            case Beat():
                return self._show_life(step.lane)

    def _deliver(self, step: Deliver) -> Sequence[Step]:
        around = Surroundings(clock=self.clock, dice=random.random, stopping=self.stopping)
        try:
            return deliver(self.ledger, lane=step.lane, wire=self._ways.wire, policy=self.policy, around=around)
        except Exception:
            # What is on its way belongs to nobody now: it must not come in among what is sent next. The sweep finds it.
            self._ways.break_off_wire()
            raise

    def _look_outside(self, step: Verify | Confirm) -> Sequence[Step]:
        lease = self.policy.lease
        if isinstance(step, Verify):
            return verify(self.ledger, step.deliveries, look=self._ways.pages.look, lease=lease)
        hub = Hub(newsroom=self.newsroom, policy=self.settings.hub_policy, ask=self._ways.callbacks.ask, lease=lease)
        return verify_intent(self.ledger, step.subscriptions, hub=hub, now=self.clock())

    @property
    def kept_for(self) -> timedelta:
        """How long the bytes of what is settled are kept."""
        return timedelta(days=self.settings.retention.bodies_days)

    @property
    def policy(self) -> DeliveryPolicy:
        """How patient we are, as it is set."""
        return delivery_policy(self.settings)

    @cached_property
    def _entries(self) -> Kept:
        return Kept(ENTRIES_IN_MIND)

    @cached_property
    def _ways(self) -> Ways:
        return Ways(self.settings)

    def _show_life(self, lane: Lane) -> Sequence[Step]:
        with self.ledger.write() as connection:
            beats.beat(connection, lane, worker_name(os.getppid()), now=self.clock())
        return []


def assemble(
    settings: Settings, *, handover: Handover, depth: Depth = dict, stopping: Callable[[], bool] = never
) -> System:
    """The system that these settings describe. Raises `Invalid` with every mistake in the configuration."""
    return System(
        settings=settings,
        configured=Watched(settings),
        ledger=Ledger(settings.ledger),
        handover=handover,
        depth=depth,
        stopping=stopping,
    )


def assemble_with_queue(settings: Settings, *, stopping: Callable[[], bool] = never) -> System:
    """The system with its queue: Steps go to Celery."""
    from syndicate.dispatch.celery import CeleryHandover

    queue = CeleryHandover(settings.broker)
    return assemble(settings, handover=queue, depth=queue.depth, stopping=stopping)
