"""A WebSub subscriber on loopback, for tests: it confirms what it wants, takes what it is sent, and remembers it.

with Subscriber() as reader:
    newsroom.subscribe(reader, "/feeds/all.atom")
    reader.wait_for(lambda: reader.received)
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """A GET at the callback: everything its query says, in order."""

    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return dict(self.query)[name]

    def get(self, name: str) -> str | None:
        return dict(self.query).get(name)


@dataclass(frozen=True)
class Sent:
    """A POST at the callback."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Subscriber:
    """What it does is set by the test: `confirms` (or what it answers instead), and `takes`, the status for a POST."""

    def __init__(self) -> None:
        self.confirms: Callable[[Asked], tuple[int, bytes]] = self.echo
        self.takes: Callable[[Sent], tuple[int, Mapping[str, str], bytes]] = self.answers(204)
        self.asked: list[Asked] = []
        self.received: list[Sent] = []
        self.changed = Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))

    @property
    def callback(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/callback"

    @staticmethod
    def echo(asked: Asked) -> tuple[int, bytes]:
        """Confirm whatever is asked."""
        return 200, (asked.get("hub.challenge") or "").encode()

    @staticmethod
    def says(status: int, body: bytes = b"") -> Callable[[Asked], tuple[int, bytes]]:
        """Answer this, whatever is asked."""
        return lambda _: (status, body)

    @staticmethod
    def answers(
        status: int, *, body: bytes = b"", **headers: str
    ) -> Callable[[Sent], tuple[int, Mapping[str, str], bytes]]:
        """Answer this, whatever is sent."""
        return lambda _: (status, headers, body)

    def wait_for(self, predicate: Callable[[], object], *, timeout_s: float = 10) -> None:
        """Wait until it holds; `AssertionError` if it never does."""
        with self.changed:
            if not self.changed.wait_for(predicate, timeout_s):
                raise AssertionError(f"not within {timeout_s} s: asked {self.asked}, received {len(self.received)}")

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def signature_of(sent: Sent, secret: str) -> str:
    """What `X-Hub-Signature` has to be, by the method that it names."""
    method = sent.headers["x-hub-signature"].partition("=")[0]
    return f"{method}={hmac.new(secret.encode(), sent.body, getattr(hashlib, method)).hexdigest()}"


def _handler(subscriber: Subscriber) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            query = tuple(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
            asked = Asked(self.path, query, _lower(self.headers))
            with subscriber.changed:
                subscriber.asked.append(asked)
                subscriber.changed.notify_all()
            self._answer(*subscriber.confirms(asked), {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            sent = Sent(self.path, _lower(self.headers), body)
            with subscriber.changed:
                subscriber.received.append(sent)
                subscriber.changed.notify_all()
            status, headers, said = subscriber.takes(sent)
            self._answer(status, said, headers)

        def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status != 204:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests listen to what came, not to a log."""

    return Handler


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
