"""What a partner's server does with a request that it has read: by its mood it answers, well or badly, or does not."""

import asyncio
import gzip
import json
import random
import socket
import struct
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from time import monotonic

from tests.chaos.book import Request
from tests.chaos.tempers import Mood

LOOK_EVERY_S = 0.05
HANGS_FOR_S = 30.0
ASKS_FOR_S = (1, 2)


async def answer(request: Request, mood: Mood, writer: asyncio.StreamWriter, *, dice: random.Random) -> bool:
    """Do it; True when the connection may be used again. What was kept of the request is noted in it."""
    if not request.genuine:
        return await _reply(request, Mood(status=401), writer, dice=dice)
    if mood.conduct == "answer":
        await asyncio.sleep(dice.uniform(0, mood.within_s))
        # Whoever answers a removal with 404 or 410 says by that that the article is gone.
        if mood.status // 100 == 2 or (request.canceled and mood.status in (404, 410)):
            request.taken = monotonic()
        return await _reply(request, mood, writer, dice=dice)
    if mood.conduct in ("endless", "bomb") or dice.random() < 0.5:  # who breaks off may have it, or not
        request.taken = monotonic()
    with suppress(ConnectionError):
        await _MISCONDUCT[mood.conduct](request, writer)
    return False


def is_left(writer: asyncio.StreamWriter) -> bool:
    """Whether the other end has closed its side of a connection, read by us or not."""
    established, state = 1, None
    with suppress(OSError):
        state = writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    return state != established


async def gone(writer: asyncio.StreamWriter) -> None:
    """Wait until the other end has left, without reading a byte."""
    until = monotonic() + HANGS_FOR_S
    while not is_left(writer) and monotonic() < until:
        await asyncio.sleep(LOOK_EVERY_S)


async def _reply(request: Request, mood: Mood, writer: asyncio.StreamWriter, *, dice: random.Random) -> bool:
    body = b"" if mood.status == 204 else b"so be it"
    if mood.receipt:
        name = f"{request.party}-{request.article}"
        body = json.dumps({"id": name, "url": f"https://{request.party}.example/{name}"}).encode()
    lines = [f"HTTP/1.1 {mood.status} Whatever", *([] if mood.status == 204 else [f"Content-Length: {len(body)}"])]
    if mood.status == 301:
        lines.append("Location: https://elsewhere.example/push")
    asks = dice.choice(ASKS_FOR_S)
    if mood.retry_after:
        then = format_datetime(datetime.now(UTC) + timedelta(seconds=asks), usegmt=True)
        lines.append(f"Retry-After: {then if mood.retry_after == 'date' else asks}")
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    await writer.drain()
    request.answered, request.status = monotonic(), mood.status
    request.over = request.answered
    return True


async def _hang(_: Request, writer: asyncio.StreamWriter) -> None:
    await gone(writer)


async def _half_close(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write_eof()
    await gone(writer)


async def _drip_head(_: Request, writer: asyncio.StreamWriter) -> None:
    await _drip(writer, b"HTTP/1.1 200 OK\r\nX-Slowly: " + b"x" * 1000)


async def _drip_body(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    await _drip(writer, b"x" * 1000)


async def _drip(writer: asyncio.StreamWriter, what: bytes) -> None:
    for number in range(len(what)):
        if is_left(writer):
            return
        writer.write(what[number : number + 1])
        await asyncio.sleep(LOOK_EVERY_S)


async def _endless(request: Request, writer: asyncio.StreamWriter) -> None:
    request.status, request.answered = 200, monotonic()
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not is_left(writer):
        writer.write(b"and so on " * 1_000)
        await writer.drain()


async def _bomb(request: Request, writer: asyncio.StreamWriter) -> None:
    bomb = _packed()
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    writer.write(head.encode() + bomb)
    await writer.drain()
    request.status = 200
    request.answered = request.over = monotonic()


async def _reset(_: Request, writer: asyncio.StreamWriter) -> None:
    line = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _break_off(_: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot a hundred")
    await writer.drain()


@cache
def _packed() -> bytes:
    return gzip.compress(bytes(10_000_000))


_MISCONDUCT = {
    "hang": _hang,
    "half-close": _half_close,
    "drip head": _drip_head,
    "drip body": _drip_body,
    "endless": _endless,
    "bomb": _bomb,
    "reset": _reset,
    "break off": _break_off,
}
