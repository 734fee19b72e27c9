"""How do many POSTs travel at once? libcurl's multi interface: a window of transfers, each with a deadline of its own.

The promises are the door's (`http.py`), and one suite of tests holds both to them: addresses vetted once and pinned,
one deadline from the look-up to the end of the answer, answers cut at a length, no redirect, no proxy, TLS verified.
"""

import os
import re
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic, sleep
from typing import NamedTuple
from urllib.parse import urlsplit

import pycurl
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from syndicate.transports.addresses import NetworkPolicy, resolve
from syndicate.transports.errors import DestinationMisconfigured, PartnerUnavailable
from syndicate.transports.http import Answer, Post

CONNECTIONS_PER_HOST = 64  # by name, whatever the port; how many go to one destination is for the pipeline to say
CONNECTIONS_KEPT = 512
ADDRESSES_HOLD_S = 30.0  # how long a vetted answer of the resolver is used
LOOK_AGAIN_S = 0.02  # while a name is being looked up, which libcurl knows nothing of
_RESOLVERS = 8
_WEIRD_SERVER_REPLY = 8  # CURLE_WEIRD_SERVER_REPLY, which pycurl knows only by its old name
_TOO_LARGE = 100  # CURLE_TOO_LARGE: headers or trailers without measure
_CLEAN = re.compile(r"[\r\n\0]")

_WORDS = {
    pycurl.E_COULDNT_CONNECT: "refused the connection (port {port})",
    pycurl.E_OPERATION_TIMEDOUT: "did not answer within {deadline_s:g} s",
    pycurl.E_GOT_NOTHING: "closed the connection without an answer",
    pycurl.E_RECV_ERROR: "reset the connection",
    pycurl.E_SEND_ERROR: "reset the connection",
    pycurl.E_PARTIAL_FILE: "broke off its answer",
    pycurl.E_PEER_FAILED_VERIFICATION: "could not prove who it is: TLS: certificate: {said}",
    pycurl.E_SSL_CONNECT_ERROR: "could not agree on a safe connection: TLS",
    pycurl.E_UNSUPPORTED_PROTOCOL: "sent something that is not an HTTP answer",
    _WEIRD_SERVER_REPLY: "sent something that is not an HTTP answer",
    _TOO_LARGE: "sent something that is not an HTTP answer",
    pycurl.E_HTTP2: "sent something that is not an HTTP answer",
}

Fault = PartnerUnavailable | DestinationMisconfigured


class Done(NamedTuple):
    """What came of a POST, under the key it was started with."""

    key: str
    result: Answer | Fault


class Many:
    """A window of POSTs under one network policy. For one thread of one process; `close` it at the end.

    One policy only, because libcurl uses an open connection again for any transfer to the same host and port,
    wherever that transfer was pinned.
    """

    def __init__(self, policy: NetworkPolicy, *, ca_file: str | None = None) -> None:
        self._policy = policy
        self._ca_file = ca_file or DEFAULT_CA_BUNDLE_PATH
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, CONNECTIONS_PER_HOST)
        self._multi.setopt(pycurl.M_MAXCONNECTS, CONNECTIONS_KEPT)
        self._idle: list[pycurl.Curl] = []
        self._running: dict[pycurl.Curl, _Transfer] = {}
        self._looking_up: list[tuple[_Transfer, Future[tuple[str, ...]]]] = []
        self._pins: dict[tuple[str, int], tuple[float, str]] = {}
        self._done: deque[Done] = deque()
        self._resolvers = ThreadPoolExecutor(max_workers=_RESOLVERS, thread_name_prefix=f"lookup-{os.getpid()}")

    def __len__(self) -> int:
        return len(self._running) + len(self._looking_up) + len(self._done)

    def start(self, key: str, post: Post) -> None:
        """Begin a POST; `finished` tells what came of it."""
        transfer = _Transfer(key, post)
        known = self._pins.get(transfer.place)
        if known and known[0] > transfer.started:
            self._send(transfer, known[1])
            return
        host, port = transfer.place
        asked = self._resolvers.submit(resolve, host, port, policy=self._policy, timeout_s=post.deadline_s)
        self._looking_up.append((transfer, asked))

    def finished(self, *, wait_s: float) -> list[Done]:
        """What has come to an end, waiting at most `wait_s` for the first."""
        until = monotonic() + wait_s
        while True:
            self._send_looked_up()
            self._multi.perform()
            self._collect()
            left = until - monotonic()
            if self._done or left <= 0 or not (self._running or self._looking_up):
                break
            self._wait(min(left, LOOK_AGAIN_S) if self._looking_up else left)
        done, self._done = list(self._done), deque()
        return done

    def close(self) -> None:
        """Break off what is under way and close every connection."""
        for curl in [*self._running]:
            self._multi.remove_handle(curl)
            curl.close()
        for curl in self._idle:
            curl.close()
        self._multi.close()
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    def _wait(self, at_most_s: float) -> None:
        """Wait for the network, or for the next time libcurl itself has something to do, such as a deadline."""
        due_ms = self._multi.timeout()
        wait_s = at_most_s if due_ms < 0 else min(at_most_s, due_ms / 1000)
        if wait_s > 0 and self._multi.select(wait_s) < 0:  # there is nothing to wait for on the network yet
            sleep(min(wait_s, LOOK_AGAIN_S))

    def _send_looked_up(self) -> None:
        still = []
        for transfer, asked in self._looking_up:
            if asked.done():
                self._pin(transfer, asked)
            elif transfer.left_s() <= 0:
                host = transfer.place[0]
                self._done.append(Done(transfer.key, PartnerUnavailable(f"the name {host} was not resolved in time")))
            else:
                still.append((transfer, asked))
        self._looking_up = still

    def _pin(self, transfer: "_Transfer", asked: "Future[tuple[str, ...]]") -> None:
        host, port = transfer.place
        try:
            addresses = asked.result()
        except (PartnerUnavailable, DestinationMisconfigured) as fault:
            self._done.append(Done(transfer.key, fault))
            return
        pin = f"{host}:{port}:{','.join(_bracketed(address) for address in addresses)}"
        self._pins[host, port] = (monotonic() + ADDRESSES_HOLD_S, pin)
        self._send(transfer, pin)

    def _send(self, transfer: "_Transfer", pin: str) -> None:
        post = transfer.post
        curl = self._idle.pop() if self._idle else self._new()
        headers = [f"{_CLEAN.sub('', name)}: {_CLEAN.sub('', value)}" for name, value in post.headers.items()]
        try:
            curl.setopt(pycurl.URL, post.url.encode())
            curl.setopt(pycurl.RESOLVE, [pin.encode()])
            curl.setopt(pycurl.TIMEOUT_MS, max(1, int(transfer.left_s() * 1000)))
            curl.setopt(pycurl.HTTPHEADER, [*headers, "Expect:", "Accept-Encoding: identity"])
        except (UnicodeError, pycurl.error, TypeError):
            fault = DestinationMisconfigured("the url or a header can't be sent over HTTP: correct the destination")
            self._done.append(Done(transfer.key, fault))
            return
        curl.setopt(pycurl.POSTFIELDS, post.body)
        curl.setopt(pycurl.HEADERFUNCTION, transfer.take_header)
        curl.setopt(pycurl.WRITEFUNCTION, transfer.take_body)
        self._running[curl] = transfer
        self._multi.add_handle(curl)

    def _new(self) -> pycurl.Curl:
        """A handle with everything that is the same for every POST."""
        curl = pycurl.Curl()
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.PROXY, "")  # also none that the environment names
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(pycurl.FOLLOWLOCATION, 0)
        curl.setopt(pycurl.CAINFO, self._ca_file)
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
        curl.setopt(pycurl.POST, 1)
        return curl

    def _collect(self) -> None:
        left = 1
        while left:
            left, good, bad = self._multi.info_read()
            for curl in good:
                self._end(curl, code=0, said="")
            for curl, code, said in bad:
                self._end(curl, code=code, said=said)

    def _end(self, curl: pycurl.Curl, *, code: int, said: str) -> None:
        transfer = self._running.pop(curl)
        self._multi.remove_handle(curl)
        status = int(curl.getinfo(pycurl.RESPONSE_CODE))
        self._done.append(Done(transfer.key, transfer.result(code, status, said)))
        self._idle.append(curl)


class _Transfer:
    """One POST on its way, and what has come back so far."""

    def __init__(self, key: str, post: Post) -> None:
        self.key, self.post = key, post
        self.started = monotonic()
        self.place = _place(post.url)
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._is_cut = False

    def left_s(self) -> float:
        return self.started + self.post.deadline_s - monotonic()

    def take_header(self, line: bytes) -> None:
        if line.startswith(b"HTTP/"):  # an interim answer's headers don't count (RFC 9110, 15.2)
            self._headers = {}
            return
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            self._headers[name.strip().lower()] = value.strip()

    def take_body(self, part: bytes) -> int:
        room = self.post.max_response_bytes - len(self._body)
        self._body += part[:room]
        self._is_cut = len(part) > room
        return room if self._is_cut else len(part)  # fewer than came: libcurl stops there

    def result(self, code: int, status: int, said: str) -> Answer | Fault:
        if code == 0 or (code == pycurl.E_WRITE_ERROR and self._is_cut):
            return Answer(status, self._headers, bytes(self._body), monotonic() - self.started)
        host, port = self.place
        what = _WORDS.get(code, "could not be spoken to (libcurl {code})").format(
            deadline_s=self.post.deadline_s, port=port, code=code, said=said.rpartition(": ")[2].partition(" (")[0]
        )
        if status >= 200:
            return PartnerUnavailable(f"{host} began to answer {status}, then {what}", status=status)
        return PartnerUnavailable(f"{host} {what}")


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
