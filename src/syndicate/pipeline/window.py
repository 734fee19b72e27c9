"""The window: the deliveries that one worker has under way, and the turn by which it is kept full."""

import math
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from syndicate.ledger import attempts, claims, health, lines, partners
from syndicate.ledger.attempts import Attempt
from syndicate.ledger.claims import Claim
from syndicate.ledger.contents import Recent
from syndicate.ledger.database import Ledger, database_time
from syndicate.model.delivery import Outcome, Parcel, Receipt
from syndicate.model.partner import Destination
from syndicate.model.step import Lane
from syndicate.pipeline.breaker import allowance, spend
from syndicate.pipeline.record import DeliveryPolicy, Recorded, record, tell
from syndicate.pipeline.turns import Room, Turns, lanes_with_places_of
from syndicate.transports.protocol import Wire

log = structlog.get_logger(__name__)

WINDOW = 400  # deliveries under way at once in one worker
WAIT_S = 0.1  # for an answer, before we look whether there is something else to do
GROUP = 100  # outcomes that are written down together, if so many come within GROUP_S
GROUP_S = 0.01
LOOK_EVERY_S = 1.0  # at what waits, while we know of something
LOOK_AGAIN_S = 0.25  # when there was nothing, or too little
FENCE_AGAIN_S = 0.5  # a claim older than this is looked at once more before a byte is sent
BODIES_BYTES = 32 * 1024 * 1024
KNOWN_FOR_S = 5.0  # a destination's address, places and secrets are read anew after that
AWAY = (OperationalError, InterfaceError)  # a database that is locked, full, restarted or gone


@dataclass(frozen=True)
class Surroundings:
    """What a worker lives in: its clock and its dice, and whether it has been told to stop.

    `ticks` are the seconds of a clock that nobody can set.
    """

    clock: Callable[[], datetime]
    dice: Callable[[], float]
    ticks: Callable[[], float] = time.monotonic
    stopping: Callable[[], bool] = lambda: False


class UnderWay(NamedTuple):
    """A delivery on its way; `started` is by our own clock, for how long it takes."""

    claim: Claim
    started: float


class Ready(NamedTuple):
    """A claim, with the bytes it carries (none: they are gone) and what the partner calls its copy."""

    claim: Claim
    body: bytes | None
    receipt: Receipt | None


class Window:
    """Places for deliveries that are under way at once. `turn` keeps them full, until it is told not to."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        lane: Lane,
        wire: Wire,
        policy: DeliveryPolicy,
        around: Surroundings,
    ) -> None:
        self._ledger, self._wire, self._policy, self._around = ledger, wire, policy, around
        self._lanes = lanes_with_places_of(lane)
        self._token = secrets.token_hex(8)
        self._turns = Turns(lane)
        self._bodies = Recent(BODIES_BYTES)
        self._under_way: dict[str, UnderWay] = {}
        self._flying: dict[str, int] = {}  # of them, by destination
        self._ended: list[Attempt] = []  # not written down yet
        self._known: dict[str, Destination] = {}
        self._known_until = self._looked_at = self._away_since = 0.0
        self._took = True
        self.is_idle = False

    def turn(self, *, claiming: bool) -> None:
        """Write down what has ended, claim what there are places for, in one short transaction, and send that.

        A database that is away costs time: what came of a try is kept in mind until it is back. Raises when that takes
        longer than a lease; then the sweep settles what was under way as lost.
        """
        self._collect(claiming=claiming)
        try:
            taken = self._transact(claiming=claiming)
        except AWAY as error:
            self._wait_for_ledger(error)
            return
        self._away_since = 0.0
        self._send(taken)
        self.is_idle = not (taken or self._under_way or self._ended or (claiming and self._turns.is_midway))

    @property
    def _free(self) -> int:
        return WINDOW - len(self._under_way)

    def _collect(self, *, claiming: bool) -> None:
        """See what has come to an end; wait for it only when there is nothing better to do."""
        if not self._under_way:
            return
        may_take = claiming and self._took and self._turns and len(self._under_way) < WINDOW // 2
        is_busy = self._ended or may_take
        group_by = time.monotonic() + GROUP_S
        self._end(self._wire.finished(wait_s=0.0 if is_busy else WAIT_S))
        while not is_busy and self._under_way and len(self._ended) < GROUP and time.monotonic() < group_by:
            self._end(self._wire.finished(wait_s=max(0.0, group_by - time.monotonic())))

    def _end(self, finished: Sequence[tuple[str, Outcome]]) -> None:
        now = time.monotonic()
        for key, outcome in finished:
            one = self._under_way.pop(key)
            self._flying[one.claim.due.destination_id] -= 1
            self._ended.append(Attempt(one.claim, outcome, round((now - one.started) * 1000)))

    def _transact(self, *, claiming: bool) -> list[Ready]:
        if claiming and self._free:
            self._look()
        wanting = bool(claiming and self._free and self._turns)
        if not (self._ended or wanting):
            return []
        try:
            with self._ledger.write() as connection:
                recorded = self._record(connection, self._ended) if self._ended else None
                taken = self._claim(connection) if wanting else []
        except AWAY:
            raise
        except Exception:
            if not self._ended:
                raise
            log.exception("record.failed", tries=len(self._ended))
            self._record_one_by_one()
            return []
        self._ended = []
        if wanting:
            self._took = bool(taken)
        if recorded:
            tell(recorded)
        return taken

    def _look(self) -> None:
        """See what waits: when we have taken all we knew of, and otherwise now and then."""
        if self._took:
            pause_s = LOOK_EVERY_S if self._turns else 0.0
        else:
            pause_s = 0.0 if self._turns.is_midway else LOOK_AGAIN_S
        now = time.monotonic()
        if now < self._looked_at + pause_s:
            return
        self._looked_at = -math.inf  # a look that the ledger cuts short is made again before anything is claimed
        with self._ledger.read() as connection:
            self._turns.look(connection, now=database_time(connection))
            self._took = bool(self._turns)
            if now >= self._known_until:
                self._known, self._known_until = {}, now + KNOWN_FOR_S
            unknown = self._turns.destinations() - self._known.keys()
            self._known |= partners.newest_destinations(connection, unknown) if unknown else {}
        self._looked_at = now

    def _claim(self, connection: Connection) -> list[Ready]:
        """Take as many as there are places for, with what it takes to send them."""
        now = database_time(connection)
        ours = health.reserve(connection, self._turns.destinations())
        rates = {name: rate for name in ours if (rate := self._known[name].per_minute)}
        spent = health.spent(connection, rates) if rates else {}
        room = Room(
            places=WINDOW,
            free=self._free,
            flying=self._flying_with(lines.in_flight(connection, self._lanes, but_by=self._token)),
            allowed={name: allowance(spent[name], per_minute=rate, now=now) for name, rate in rates.items()},
            troubled=health.troubled(connection),
            concurrency={name: self._known[name].concurrency for name in ours},
            now=now,
        )
        wanted = [due for due in self._turns.take(room) if due.id not in self._under_way]
        taken = claims.claim(connection, wanted, token=self._token, now=now, lease=self._policy.lease)
        went = Counter(claim.due.destination_id for claim in taken if claim.due.destination_id in rates)
        until = {name: spend(spent[name], many, per_minute=rates[name], now=now) for name, many in went.items()}
        health.spend(connection, until)
        self._bodies.load(connection, [claim.due.body for claim in taken])
        receipts = attempts.receipts_for(connection, taken)
        return [Ready(claim, self._bodies.get(claim.due.body), receipts.get(claim.due.seq)) for claim in taken]

    def _flying_with(self, others: Mapping[str, int]) -> Mapping[str, int]:
        if not others:
            return self._flying
        return {name: self._flying.get(name, 0) + others.get(name, 0) for name in {*self._flying, *others}}

    def _send(self, taken: Sequence[Ready]) -> None:
        at, started = self._around.clock(), time.monotonic()
        for claim, body, receipt in taken:
            due = claim.due
            if body is None:
                lost = Outcome(kind="bug", reason=f"its bytes are not among the contents any more: {due.body}")
                self._ended.append(Attempt(claim, lost, 0))
                continue
            parcel = Parcel(due.id, due.destination_id, due.action, due.media_type, body, at, receipt)
            self._under_way[due.id] = UnderWay(claim, started)
            self._flying[due.destination_id] = self._flying.get(due.destination_id, 0) + 1
            self._wire.start(self._known[due.destination_id], parcel, self._is_wanted)

    def _is_wanted(self, delivery_id: str) -> bool:
        """The version fence once more, just before the first byte; a claim that is fresh needs no second look."""
        claim, started = self._under_way[delivery_id]
        if time.monotonic() - started < FENCE_AGAIN_S:
            return True
        if self._around.stopping():
            return False
        try:
            with self._ledger.read() as connection:
                return claims.is_wanted(connection, claim)
        except AWAY:
            return False

    def _record(self, connection: Connection, ended: Sequence[Attempt]) -> Recorded:
        unknown = {one.claim.due.destination_id for one in ended} - self._known.keys()
        self._known |= partners.newest_destinations(connection, unknown) if unknown else {}
        return record(connection, ended, known=self._known, policy=self._policy, dice=self._around.dice)

    def _record_one_by_one(self) -> None:
        """One of these can't be written down as it is: it fails alone, as a bug of ours."""
        while self._ended:
            one = self._ended[0]
            try:
                with self._ledger.write() as connection:
                    recorded = self._record(connection, [one])
            except AWAY:
                raise
            except Exception as error:
                if one.outcome.kind == "bug":
                    raise
                told = Outcome(kind="bug", reason=f"what came of it could not be written down: {type(error).__name__}")
                self._ended[0] = one._replace(outcome=told)
                continue
            self._ended.pop(0)
            tell(recorded)

    def _wait_for_ledger(self, error: Exception) -> None:
        """Be patient with a database that is away, for as long as what is under way is ours."""
        now = time.monotonic()
        if not self._away_since:
            self._away_since = now
            log.warning("ledger.away", error=type(error).__name__, unrecorded=len(self._ended))
        if now - self._away_since > self._policy.lease.total_seconds():
            raise error
        time.sleep(WAIT_S)
