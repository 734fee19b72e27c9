"""How do deliveries travel side by side? A window of parcels, each to a destination of its own, one outcome for each.

A transport whose delivery is one POST goes out through libcurl's multi interface, all of them at once (`many.py`). One
that needs several turns is asked in a thread.
"""

import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from syndicate.model.delivery import Outcome, Parcel
from syndicate.model.partner import Destination
from syndicate.transports import open_transport, outcome_of, outcome_of_error
from syndicate.transports.addresses import NetworkPolicy
from syndicate.transports.http import Answer, Door
from syndicate.transports.many import Many
from syndicate.transports.protocol import IsWanted, SinglePost, Transport
from syndicate.transports.secrets import SecretGetter
from syndicate.transports.transfer import Fault

CONVERSATIONS_AT_ONCE = 16
LOOK_EVERY_S = 0.01  # at the other window, while one is waited for


UNSENT = Outcome(kind="unsent", reason="not sent: it was no longer wanted, or we were told to stop")


class Opened(NamedTuple):
    """A destination that is ready to be sent to."""

    destination: Destination
    transport: Transport
    single_post: SinglePost | None


class FanOut:
    """The way out for many parcels at once. For one thread of one process, made after a fork; `close` it at the end."""

    def __init__(self, *, secret: SecretGetter) -> None:
        self._secret = secret
        self._door = Door()
        self._windows: dict[NetworkPolicy, Many] = {}
        self._posts: dict[str, tuple[SinglePost, Parcel]] = {}
        self._talks: dict[str, Future[Outcome]] = {}
        self._done: deque[tuple[str, Outcome]] = deque()
        self._opened: dict[str, Opened] = {}
        self._threads = ThreadPoolExecutor(CONVERSATIONS_AT_ONCE, thread_name_prefix="conversation")

    def __len__(self) -> int:
        return len(self._posts) + len(self._talks) + len(self._done)

    def start(self, destination: Destination, parcel: Parcel, is_wanted: IsWanted) -> None:
        """Send a parcel; `finished` tells what came of it. Raises nothing: a fault is an outcome too.

        A destination that is given as another object than last time is opened anew, with its settings and secrets.
        """
        try:
            self._start(destination, parcel, is_wanted)
        except Exception as error:
            self._done.append((parcel.delivery_id, outcome_of_error(error, parcel.delivery_id)))

    def finished(self, *, wait_s: float) -> list[tuple[str, Outcome]]:
        """The outcomes since the last time, by delivery, waiting at most `wait_s` for the first."""
        until = time.monotonic() + wait_s
        while True:
            left = until - time.monotonic()
            self._collect(wait_s=max(0.0, min(left, LOOK_EVERY_S) if self._is_mixed() else left))
            if self._done or left <= 0 or not (self._posts or self._talks):
                break
        done, self._done = list(self._done), deque()
        return done

    def close(self) -> None:
        """Break off what is under way and close every connection."""
        for window in self._windows.values():
            window.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._door.close()

    def _start(self, destination: Destination, parcel: Parcel, is_wanted: IsWanted) -> None:
        opened = self._open(destination, parcel.destination_id)
        if opened.single_post:
            post = opened.single_post.request(parcel)
            self._posts[parcel.delivery_id] = (opened.single_post, parcel)
            self._window(post.policy).start(parcel.delivery_id, post, is_wanted)
        else:
            self._talks[parcel.delivery_id] = self._threads.submit(_talk, opened.transport, parcel, is_wanted)

    def _open(self, destination: Destination, name: str) -> "Opened":
        known = self._opened.get(name)
        if known is None or known.destination is not destination:
            opened = open_transport(destination.transport, destination.settings, secret=self._secret, door=self._door)
            # asked once, because asking whether something fits a protocol is slow
            known = Opened(destination, opened, opened if isinstance(opened, SinglePost) else None)
            self._opened[name] = known
        return known

    def _window(self, policy: NetworkPolicy) -> Many:
        if policy not in self._windows:
            self._windows[policy] = Many(policy)
        return self._windows[policy]

    def _is_mixed(self) -> bool:
        """Whether there is more than one thing to wait for."""
        return bool(self._talks) or sum(map(bool, map(len, self._windows.values()))) > 1

    def _collect(self, *, wait_s: float) -> None:
        for window in self._windows.values():
            for key, result in window.finished(wait_s=wait_s if len(window) else 0.0):
                self._done.append((key, self._outcome(key, result)))
        for key in [key for key, talk in self._talks.items() if talk.done()]:
            self._done.append((key, self._talks.pop(key).result()))
        if not self._done and self._talks and not self._posts:
            time.sleep(min(wait_s, LOOK_EVERY_S))

    def _outcome(self, key: str, result: Answer | Fault | None) -> Outcome:
        transport, parcel = self._posts.pop(key)
        if result is None:
            return UNSENT
        if isinstance(result, Exception):
            return outcome_of_error(result, key)
        try:
            return transport.meaning(result, parcel)
        except Exception as error:
            return outcome_of_error(error, key)


def _talk(transport: Transport, parcel: Parcel, is_wanted: IsWanted) -> Outcome:
    return outcome_of(transport.send, parcel) if is_wanted(parcel.delivery_id) else UNSENT
