"""The partners' servers, all in one process: `python -m tests.chaos.receivers FOLDER SEED SIZE`.

They keep a book of their own (`FOLDER/requests.jsonl`), write down where they listen (`FOLDER/ports.json`), and become
well-behaved, as far as they ever do, when a line is written to their standard input.
"""

import asyncio
import hashlib
import itertools
import json
import logging
import random
import socket
import ssl
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic

from standardwebhooks import Webhook, WebhookVerificationError

from tests.chaos import certificates
from tests.chaos.book import Book, Request
from tests.chaos.conduct import answer, gone, is_left
from tests.chaos.scenario import SIZES, Party, Scenario, scenario
from tests.chaos.tempers import TEMPERS, Mood

LONGEST_HEAD = 64 * 1024
PORTS, REQUESTS = "ports.json", "requests.jsonl"


class Receivers:
    """Everybody's servers, and the one book."""

    def __init__(self, scenario: Scenario, folder: Path, book: Book) -> None:
        self.calm = False
        self.scenario, self.folder, self.book = scenario, folder, book
        self.numbers = itertools.count(1)
        self._deaf: dict[Peer, socket.socket] = {}

    async def start(self) -> dict[str, int]:
        """Listen, each where it does, and tell the ports."""
        return {party.id: await self._listen(party) for party in self.scenario.parties}

    async def become_calm(self) -> None:
        """Put right what the partners can put right by themselves."""
        self.calm = True
        for peer, one in self._deaf.items():
            await asyncio.start_server(peer.serve, sock=one, limit=LONGEST_HEAD)

    async def _listen(self, party: Party) -> int:
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
        peer = Peer(self, party)
        if party.listens == "deaf":
            self._deaf[peer] = one  # its port stays closed until somebody listens there
        else:
            await asyncio.start_server(peer.serve, sock=one, limit=LONGEST_HEAD, ssl=self._certificate(party))
        return port

    def _certificate(self, party: Party) -> ssl.SSLContext | None:
        if party.listens not in ("expired", "unknown"):
            return None
        return certificates.context(self.folder, expired=party.listens == "expired")


class Peer:
    """One partner's end of the line."""

    def __init__(self, receivers: Receivers, party: Party) -> None:
        self._all, self._party = receivers, party
        self._dice = random.Random(f"{receivers.scenario.seed}/{party.id}")
        self._webhook = Webhook(secret_of(party, receivers.scenario.seed))
        self._uris: dict[str, str] = {}  # what is carried under a key
        self._live: dict[int, tuple[Request, asyncio.StreamWriter]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the requests of one connection, one after the other."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            kept = False
            while await self._one(reader, writer, kept=kept):
                kept = True
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, kept: bool) -> bool:
        first = await reader.readexactly(1)
        mood = self._mood()
        request = Request(
            number=next(self._all.numbers),
            party=self._party.id,
            began=monotonic(),
            kept=kept,
            mood=f"{mood.conduct} {mood.status}" if mood.conduct == "answer" else mood.conduct,
        )
        self._live[request.number] = (request, writer)
        try:
            headers = _headers(first + await reader.readuntil(b"\r\n\r\n"))
            request.id = headers.get("webhook-id", "")
            if mood.conduct == "hang unread":
                await gone(writer)
                return False
            body = await reader.readexactly(int(headers["content-length"]))
            self._read(request, headers, body)
            return await answer(request, mood, writer, dice=self._dice)
        finally:
            request.over = request.over or monotonic()
            del self._live[request.number]
            self._all.book.write(request)

    def _mood(self) -> Mood:
        is_well = self._all.calm and self._party.mended
        return (TEMPERS["calm"] if is_well else self._party.temper).mood(self._dice)

    def _read(self, request: Request, headers: dict[str, str], body: bytes) -> None:
        told = json.loads(body)
        request.whole = monotonic()
        request.sent = int(headers["webhook-timestamp"])
        request.digest = hashlib.sha256(body).hexdigest()
        request.uri, request.version = told["uri"], int(told["version"])
        self._uris[request.id] = request.uri
        request.canceled = told["pubStatus"] == "canceled"
        with suppress(WebhookVerificationError):
            self._webhook.verify(body, headers)
            request.genuine = True
        request.beside = [
            other.number
            for other, writer in self._live.values()
            if other is not request
            and request.uri in (other.uri, self._uris.get(other.id))
            and other.over is None
            and not is_left(writer)
        ]


def secret_of(party: Party, seed: int) -> str:
    """What a partner was given to check signatures with."""
    return certificates.secret(f"{seed}/{party.id}")


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}


async def main(folder: Path, seed: int, size: str) -> None:
    """Serve until standard input is closed."""
    logging.getLogger("asyncio").setLevel("CRITICAL")  # handshakes that fail are what we are here for
    with (folder / REQUESTS).open("a", encoding="utf-8") as file:
        receivers = Receivers(scenario(seed, SIZES[size]), folder, Book(file))
        ports = await receivers.start()
        (folder / "ports.part").write_text(json.dumps(ports), "utf-8")
        (folder / "ports.part").rename(folder / PORTS)
        while await asyncio.to_thread(sys.stdin.readline):
            await receivers.become_calm()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
