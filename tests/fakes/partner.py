"""A partner's server that does as it is told, for tests: answers, waits, hangs, hangs up, and remembers what came.

with FakePartner() as partner:
    partner.will(reply(503, headers={"Retry-After": "7"}), hang(), reply(200))
    ...
    partner.wait_for(lambda seen: len(seen) == 3, timeout_s=5)
"""

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """What to do with one request. `until` holds the answer back until the test sets it, `after_s` for so long."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    until: Event | None = None
    after_s: float = 0.0
    answers: bool = True


def reply(
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    until: Event | None = None,
    after_s: float = 0.0,
) -> Behaviour:
    """Answer: at once, when `until` is set, or after some time, as a partner does who is slow."""
    return Behaviour(status=status, headers=headers or {}, body=body, until=until, after_s=after_s)


def hang() -> Behaviour:
    """Take the request and stay silent until the fake partner stops."""
    return Behaviour(until=Event(), answers=False)


def hang_up() -> Behaviour:
    """Take the whole request and close the connection without a word."""
    return Behaviour(answers=False)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One request as it came; header names in lower case, `at` when it had come in whole."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime


Requests = tuple[Seen, ...]


class FakePartner:
    """A server on loopback with a queue of behaviours, one per request; with none left it does `otherwise`."""

    def __init__(self, *, otherwise: Behaviour | None = None) -> None:
        self._otherwise = otherwise or reply(200)
        self._queue: deque[Behaviour] = deque()
        self._seen: list[Seen] = []
        self._pages: dict[str, Behaviour] = {}
        self._looks: list[Seen] = []
        self._changed = Condition()
        self._stopped = False
        self._server = _Server(("127.0.0.1", 0), _handler(self))

    @property
    def url(self) -> str:
        """The address to push to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/push"

    @property
    def requests(self) -> Requests:
        """Every request that came in whole, in order."""
        with self._changed:
            return tuple(self._seen)

    @property
    def looks(self) -> Requests:
        """Every look at a page that it shows, in order."""
        with self._changed:
            return tuple(self._looks)

    def show(self, path: str, behaviour: Behaviour | None = None) -> str:
        """Have a page at this path that behaves like this from now on (by default it is there); tells its address.

        Looks at it are in `looks` and not in `requests`, and take nothing from the queue.
        """
        with self._changed:
            self._pages[path] = behaviour or reply(200)
        return f"{self.url.removesuffix('/push')}{path}"

    def will(self, *behaviours: Behaviour) -> None:
        """Queue what to do with the next requests, one each."""
        with self._changed:
            self._queue.extend(behaviours)

    def wait_for(self, predicate: Callable[[Requests], bool], *, timeout_s: float) -> Requests:
        """Wait until the requests so far satisfy `predicate`, and return them; `AssertionError` if they never do."""
        with self._changed:
            if self._changed.wait_for(lambda: predicate(tuple(self._seen)), timeout_s):
                return tuple(self._seen)
            lines = [f"{seen.method} {seen.path} {seen.headers.get('webhook-id', '')}" for seen in self._seen]
        raise AssertionError(f"not within {timeout_s} s; seen so far: {lines}")

    def start(self) -> None:
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Let go of whatever hangs, stop listening, and wait for the threads."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def next_for(self, seen: Seen) -> Behaviour:
        """Remember a request and say what to do with it."""
        with self._changed:
            if seen.path in self._pages:
                self._looks.append(seen)
                return self._pages[seen.path]
            self._seen.append(seen)
            self._changed.notify_all()
            return self._queue.popleft() if self._queue else self._otherwise

    def otherwise(self, behaviour: Behaviour) -> None:
        """What to do from now on when nothing is queued."""
        with self._changed:
            self._otherwise = behaviour

    def take_time(self, seconds: float) -> None:
        """Let some time pass, unless the fake partner stops first."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped, seconds)

    def hold(self, until: Event) -> bool:
        """Wait for the test's word; False when the fake partner stopped first."""
        while not until.wait(0.02):
            if self._stopped:
                return False
        return True


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them, and no test leaves a thread behind
    request_queue_size = 128


def _handler(partner: FakePartner) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def handle(self) -> None:
            with suppress(ConnectionError):  # who asked may be gone
                super().handle()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen = Seen(method=self.command, path=self.path, headers=headers, body=body, at=datetime.now(UTC))
            behaviour = partner.next_for(seen)
            if behaviour.until is not None and not partner.hold(behaviour.until):
                return
            if behaviour.after_s:
                partner.take_time(behaviour.after_s)
            if behaviour.answers:
                self._reply(behaviour)

        do_GET = do_POST

        def _reply(self, behaviour: Behaviour) -> None:
            self.send_response(behaviour.status)
            for name, value in behaviour.headers.items():
                self.send_header(name, value)
            if "content-length" not in map(str.lower, behaviour.headers):
                self.send_header("Content-Length", str(len(behaviour.body)))
            self.end_headers()
            self.wfile.write(behaviour.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
