"""Writes a feed's documents as files where others serve them, after they were built, and until they stand there.

What is owed, and what stands where, the ledger knows: a crash at any point, a full disk or a store that is away costs
time only. Nothing older takes the place of something newer: one writes at a time, by a lease, and what somebody wrote
who has lost his is written again.
"""

import gzip
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

import structlog

from syndicate.ledger import feeds, files
from syndicate.ledger.database import Ledger, database_time
from syndicate.ledger.feeds import SUBSCRIPTION, Served
from syndicate.ledger.files import Claim, Key
from syndicate.model.clearance import PUBLIC
from syndicate.pipeline.newsroom import Newsroom
from syndicate.stores import CannotBeStored, File, Store, StoreUnavailable

log = structlog.get_logger(__name__)

ENDINGS = {".zst": "zstd", ".gz": "gzip", "": ""}  # beside each document, the same bytes in these codings
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=5)


@dataclass
class _Done:
    """What came of a try so far; `failed` is why it ended before all was done, `everything` that nothing can be put."""

    put: dict[Key, str] = field(default_factory=dict)
    gone: list[Key] = field(default_factory=list)
    failed: str = ""
    everything: bool = False
    finished: bool = False


class _OutOfTime(Exception):
    """The lease is nearly over; what is left is written under the next."""


def write_files(
    ledger: Ledger, feed_id: str, *, newsroom: Newsroom, store: Store, lease: timedelta, margin: timedelta
) -> None:
    """Write what is owed of one feed, archives before what refers to them, and remove what is no longer served.

    Partners' feeds are never written: who reads them must be asked. No put or removal takes longer than `margin`.
    """
    with ledger.write() as connection:
        now = database_time(connection)
        claim = files.claim(connection, feed_id, now=now, until=now + lease)
    if claim is None:
        return
    ends = monotonic() + (lease - margin).total_seconds()
    done = _Done()
    try:
        _bring_up_to_date(ledger, feed_id, newsroom, store, done, in_time=lambda: monotonic() < ends)
        done.finished = True
    except (StoreUnavailable, CannotBeStored) as fault:
        done.failed, done.everything = str(fault), isinstance(fault, StoreUnavailable)
    except _OutOfTime:
        pass
    _give_back(ledger, claim, store, done, lease)


def path_of(feed_id: str, month: str, name: str) -> str:
    """A document's place: as in its address."""
    return f"archives/{feed_id}/{month}.{name}" if month else f"feeds/{feed_id}.{name}"


def wait(tries: int) -> timedelta:
    """How long a store that has failed so often in a row is left alone."""
    return min(FIRST_WAIT * (1 << min(tries, 10)), LONGEST_WAIT)


def _bring_up_to_date(
    ledger: Ledger, feed_id: str, newsroom: Newsroom, store: Store, done: _Done, *, in_time: Callable[[], bool]
) -> None:
    definition = newsroom.directory.definition(feed_id, newsroom.publisher)
    with ledger.read() as connection:
        is_public = definition is not None and definition.audience == PUBLIC
        wanted = files.documents(connection, feed_id) if is_public else {}
        standing = files.standing(connection, store.name, feed_id)
    others = [key for key in sorted(wanted, key=_in_order) if standing.get(key) != wanted[key]]
    too_many = sorted(standing.keys() - wanted.keys())
    if others or too_many:
        with ledger.write() as connection:  # until all of it is done, nobody knows what stands there
            unknown = dict.fromkeys([*others, *too_many], "")
            files.note(connection, store.name, feed_id, unknown, at=database_time(connection))
    for key in others:
        with ledger.read() as connection:
            served = feeds.serve(connection, feed_id, key[1], month=key[0])
        if served is not None:
            _put(store, path_of(feed_id, *key), served, in_time)
            done.put[key] = served.digest
    for key in too_many:
        _remove(store, path_of(feed_id, *key), ENDINGS, in_time)
        done.gone.append(key)


def _in_order(key: Key) -> tuple[bool, Key]:
    """What refers to the others comes last."""
    return key[0] == SUBSCRIPTION, key


def _put(store: Store, path: str, served: Served, in_time: Callable[[], bool]) -> None:
    for file in _variants(path, served):
        _check(in_time)
        store.put(file)
    if served.zstd is None:
        _remove(store, path, [".zst"], in_time)


def _remove(store: Store, path: str, endings: Iterable[str], in_time: Callable[[], bool]) -> None:
    for ending in endings:
        _check(in_time)
        store.remove(path + ending)


def _check(in_time: Callable[[], bool]) -> None:
    if not in_time():
        raise _OutOfTime


def _variants(path: str, served: Served) -> Iterator[File]:
    bodies = {".zst": served.zstd, ".gz": served.packed, "": gzip.decompress(served.packed)}
    for ending, coding in ENDINGS.items():
        body = bodies[ending]
        if body is not None:
            yield File(path + ending, body, served.media_type, served.built_at, coding)


def _give_back(ledger: Ledger, claim: Claim, store: Store, done: _Done, lease: timedelta) -> None:
    """Write down what came of it. Who has lost the lease meanwhile can't know what stands there now: it is redone."""
    again = wait(claim.tries) if done.failed else None
    with ledger.write() as connection:
        now = database_time(connection)
        if done.finished:
            ours = files.settle(connection, claim)
        else:
            ours = files.put_off(connection, claim, until=now + again if again else None, reason=done.failed)
        if ours:
            files.note(connection, store.name, claim.feed_id, done.put, at=now)
            files.note_gone(connection, store.name, claim.feed_id, done.gone)
        else:
            unknown = dict.fromkeys([*done.put, *done.gone], "")
            files.note(connection, store.name, claim.feed_id, unknown, at=now)
            files.recover(connection, claim.feed_id, at=now, until=now + lease)
    if done.everything and again:
        with ledger.write() as connection:
            files.rest(connection, until=now + again, reason=done.failed)
    elif done.finished and claim.tries:
        with ledger.write() as connection:
            files.wake(connection)
    _tell(claim, store, done, again)


def _tell(claim: Claim, store: Store, done: _Done, again: timedelta | None) -> None:
    told = {"feed": claim.feed_id, "store": store.name, "documents": len(done.put), "gone": len(done.gone)}
    if again:
        log.error("files.failed", **told, reason=done.failed, again_in_s=again.total_seconds())
    elif done.put or done.gone:
        log.info("files.written", **told)
