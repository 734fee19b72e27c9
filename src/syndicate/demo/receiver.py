"""How does a partner receive? A small HTTP receiver that does what `docs/partners.md` asks of a partner."""

import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

from syndicate.demo.copies import Copies, Document, Unreadable, read_push
from syndicate.transports.keys import verifying_keys_of
from syndicate.transports.signature import verify

MAX_BODY_BYTES = 5_000_000
_PUSH, _ARTICLES = "/push", "/articles/"
_LENGTH = re.compile(r"[0-9]{1,12}")

Clock = Callable[[], float]


class Receiver:
    """A partner on this computer: takes signed ninjs pushes and keeps its copies in `folder`.

    `secret` is what the newsroom gave it, `whsec_` or `whpk_` with base64. Port 0 takes a free port at the first start
    and keeps it. `clock` tells the seconds since 1970. Raises `DestinationMisconfigured` for a secret that is none.
    """

    def __init__(self, name: str, secret: str, folder: Path, port: int = 0, *, clock: Clock = time.time) -> None:
        self.name = name
        self._keys = verifying_keys_of(secret)
        self._copies = Copies(folder=folder)
        self._port = port
        self._clock = clock
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Where it takes pushes; the address to write into the destination's settings."""
        return self._address(_PUSH)

    def holdings(self) -> dict[str, Document]:
        """What the partner's readers see now: the ninjs document of each article it carries, by `uri`."""
        return self._copies.holdings()

    def start(self) -> None:
        """Listen on loopback, in a thread of its own. Raises `OSError` when the port is taken."""
        if self._server is not None:
            return
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, args=(0.05,), name=f"receiver-{self._port}", daemon=True).start()

    def stop(self) -> None:
        """Stop listening; the copies stay, and `start` takes the same port again."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def answer(self, headers: Mapping[str, str], body: bytes) -> tuple[int, Document]:
        """What to answer to a push: the HTTP status and a JSON object, a receipt or what was wrong."""
        if not self._is_genuine(headers, body):
            return 401, {"error": "the signature, or the time in it, is wrong"}
        id, timestamp = headers["webhook-id"], int(headers["webhook-timestamp"])
        try:
            push = read_push(id=id, timestamp=timestamp, body=body)
        except Unreadable as error:
            return 400, {"error": str(error)}
        number = self._copies.take(push)
        return 200, {"id": number, "url": self._address(_ARTICLES + number)}

    def show(self, path: str) -> tuple[int, Document]:
        """What a reader gets at `path`: the article we hold there, or 404."""
        held = self._copies.held_as(path.removeprefix(_ARTICLES)) if path.startswith(_ARTICLES) else None
        return (404, {"error": "there is no such article"}) if held is None else (200, held)

    def _is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether it is signed as Standard Webhooks 1.0.0 says; `headers` have lower-case names."""
        return verify(
            id=headers.get("webhook-id", ""),
            timestamp=headers.get("webhook-timestamp", ""),
            signature=headers.get("webhook-signature", ""),
            body=body,
            keys=self._keys,
            now=datetime.fromtimestamp(self._clock(), UTC),
        )

    def _address(self, path: str) -> str:
        return f"http://127.0.0.1:{self._port}{path}"


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # seconds for a sender that says nothing

        def handle(self) -> None:
            with suppress(ConnectionError):  # a sender that was killed is no error of ours
                super().handle()

        def do_POST(self) -> None:  # the name is the standard library's
            length = self.headers.get("content-length", "")
            if not _LENGTH.fullmatch(length):
                return self._reply(411, {"error": "content-length is required"})
            if int(length) > MAX_BODY_BYTES:
                return self._reply(413, {"error": f"more than {MAX_BODY_BYTES} bytes"})
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                return None  # the sender has gone, and will come again
            if self.path != _PUSH:
                return self._reply(404, {"error": f"pushes go to {_PUSH}"})
            headers = {name.lower(): value for name, value in self.headers.items()}
            return self._reply(*receiver.answer(headers, body))

        def do_GET(self) -> None:
            self._reply(*receiver.show(self.path))

        def _reply(self, status: int, document: Mapping[str, Any]) -> None:
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing on the terminal: what counts is in `log.jsonl`."""

    return Handler
