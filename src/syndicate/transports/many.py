"""How do many POSTs travel at once? libcurl's multi interface: a window of transfers, each with a deadline of its own.

The promises are the door's (`http.py`), and one suite of tests holds both to them: addresses vetted once and pinned,
one deadline from the look-up to the end of the answer, answers cut at a length, no redirect, no proxy, TLS verified.
"""

from collections import Counter, deque
from itertools import chain
from time import monotonic, sleep
from typing import NamedTuple

import pycurl
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from syndicate.transports.addresses import LookUp, NetworkPolicy, look_up, not_in_time, vetted
from syndicate.transports.errors import DestinationMisconfigured, PartnerUnavailable
from syndicate.transports.http import Answer, Post
from syndicate.transports.protocol import IsWanted
from syndicate.transports.tls import Tls
from syndicate.transports.transfer import Fault, Place, Transfer, header_lines

PLACES_PER_HOST = 64  # by name, whatever the port; how many go to one destination is for the pipeline to say
CONNECTIONS_KEPT = 512
HANDLES_KEPT = 1_024
HANDLES_CARRY = 64 * 1024  # bytes, at most, that an idle handle may still hold
ADDRESSES_HOLD_S = 30.0  # how long a vetted answer of the resolver is used
FAULTS_HOLD_S = 1.0  # how long one that is of no use counts, for all who asked meanwhile
HELD_UP_S = 0.5  # since we looked last: then deadlines may have passed that nobody saw
LATE_LOOKS = 3  # enough to read an answer that is there, also through TLS
LOOK_AGAIN_S = 0.02  # while a name is being looked up, which libcurl knows nothing of


class Done(NamedTuple):
    """What came of a POST, under the key it was started with; None: it was not wanted any more, and has not left."""

    key: str
    result: Answer | Fault | None


class Many:
    """A window of POSTs under one network policy. For one thread of one process; `close` it at the end.

    One policy only, because libcurl uses an open connection again for any transfer to the same host and port,
    wherever that transfer was pinned.
    """

    def __init__(self, policy: NetworkPolicy, *, ca_file: str | None = None) -> None:
        self._policy = policy
        self._ca_file = ca_file or DEFAULT_CA_BUNDLE_PATH
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, CONNECTIONS_KEPT)
        self._idle: dict[tuple[str, str, Tls | None], list[pycurl.Curl]] = {}
        self._many_idle = 0
        self._running: dict[pycurl.Curl, Transfer] = {}
        self._waiting: list[Transfer] = []  # for an address, or for a place at their host
        self._at_host: Counter[str] = Counter()  # of those that are running
        self._look_ups: dict[Place, LookUp] = {}
        self._pins: dict[Place, tuple[float, str | Fault]] = {}  # until when it holds
        self._done: deque[Done] = deque()
        self._looked_at = 0.0

    def __len__(self) -> int:
        return len(self._running) + len(self._waiting) + len(self._done)

    def start(self, key: str, post: Post, is_wanted: IsWanted) -> None:
        """Begin a POST; `finished` tells what came of it."""
        self._waiting.append(Transfer(key, post, is_wanted))

    def finished(self, *, wait_s: float) -> list[Done]:
        """What has come to an end, waiting at most `wait_s` for the first."""
        until = monotonic() + wait_s
        while True:
            self._begin_waiting()
            self._perform()
            self._collect()
            left = until - monotonic()
            if self._done or left <= 0 or not (self._running or self._waiting):
                break
            self._wait(min(left, LOOK_AGAIN_S) if self._look_ups else left)
        done, self._done = list(self._done), deque()
        return done

    def close(self) -> None:
        """Break off what is under way and close every connection."""
        for curl in [*self._running]:
            self._multi.remove_handle(curl)
            curl.close()
        for curl in chain.from_iterable(self._idle.values()):
            curl.close()
        self._multi.close()
        for asked in self._look_ups.values():
            asked.cancel()

    def _perform(self) -> None:
        if monotonic() > self._looked_at + HELD_UP_S:
            self._look_late()
        self._multi.perform()
        self._looked_at = monotonic()

    def _look_late(self) -> None:
        """When we were held up, by our database perhaps: what has come in by now counts, however late we look."""
        late = [curl for curl, transfer in self._running.items() if transfer.left_s() <= 0]
        for curl in late:
            curl.setopt(pycurl.TIMEOUT_MS, 0)  # none; or libcurl would look at the clock first
        for _ in range(LATE_LOOKS if late else 0):
            self._multi.perform()
        self._collect()
        for curl in late:
            if curl in self._running:
                self._end(curl, code=pycurl.E_OPERATION_TIMEDOUT, said="")

    def _wait(self, at_most_s: float) -> None:
        """Wait for the network, or for the next time libcurl itself has something to do, such as a deadline."""
        due_ms = self._multi.timeout()
        wait_s = at_most_s if due_ms < 0 else min(at_most_s, due_ms / 1000)
        if wait_s > 0 and self._multi.select(wait_s) < 0:  # there is nothing to wait for on the network yet
            sleep(min(wait_s, LOOK_AGAIN_S))

    def _begin_waiting(self) -> None:
        """Send those whose address is known and whose host has a place left, in the order in which they came.

        The places are counted here because libcurl, which can, lets one host's queue hold up another's.
        """
        if self._waiting:
            now = monotonic()
            self._waiting = [transfer for transfer in self._waiting if not self._begin(transfer, now)]

    def _begin(self, transfer: Transfer, now: float) -> bool:
        """Whether it has to wait no longer."""
        pin = self._pin(transfer.place, now)
        if isinstance(pin, Exception):
            self._done.append(Done(transfer.key, pin))
        elif transfer.left_s() <= 0:
            self._done.append(Done(transfer.key, self._too_late(transfer)))
        elif pin is None or self._at_host[transfer.place[0]] >= PLACES_PER_HOST:
            return False
        else:
            self._send(transfer, pin)
        return True

    def _pin(self, place: Place, now: float) -> str | Fault | None:
        """The vetted addresses of a place, as libcurl takes them; None while they are being looked up, once for all."""
        until, known = self._pins.get(place, (0.0, None))
        if until > now:
            return known
        asked = self._look_ups.get(place)
        if asked is None:
            asked = self._look_ups[place] = look_up(*place)
        if not asked.done():
            return None
        del self._look_ups[place]
        host, port = place
        try:
            addresses = vetted(host, asked, policy=self._policy)
        except (PartnerUnavailable, DestinationMisconfigured) as fault:
            self._pins[place] = (now + FAULTS_HOLD_S, fault)
            return fault
        pin = f"{host}:{port}:{','.join(_bracketed(address) for address in addresses)}"
        self._pins[place] = (now + ADDRESSES_HOLD_S, pin)
        return pin

    def _too_late(self, transfer: Transfer) -> Fault | None:
        """Their name server's fault if it was asked; nobody's if it wasn't their turn yet: then it has not left."""
        asked = self._look_ups.get(transfer.place)
        if asked is None:
            return None
        if asked.cancel():  # nobody had begun to ask
            del self._look_ups[transfer.place]
            return None
        return not_in_time(transfer.place[0])

    def _send(self, transfer: Transfer, pin: str) -> None:
        if not transfer.is_wanted(transfer.key):
            self._done.append(Done(transfer.key, None))
            return
        post = transfer.post
        try:
            curl = self._handle(post, pin)
            curl.setopt(pycurl.HTTPHEADER, header_lines(post.headers))
        except (UnicodeError, pycurl.error, TypeError):
            fault = DestinationMisconfigured("the url or a header can't be sent over HTTP: correct the destination")
            self._done.append(Done(transfer.key, fault))
            return
        curl.setopt(pycurl.TIMEOUT_MS, max(1, int(transfer.left_s() * 1000)))
        curl.setopt(pycurl.POSTFIELDS, post.body)
        curl.setopt(pycurl.HEADERFUNCTION, transfer.header_lines.append)
        curl.setopt(pycurl.WRITEFUNCTION, transfer.take_body)
        transfer.pin = pin
        self._running[curl] = transfer
        self._at_host[transfer.place[0]] += 1
        self._multi.add_handle(curl)

    def _handle(self, post: Post, pin: str) -> pycurl.Curl:
        """A handle for this address; one that was there lately is used again, because it knows the address already."""
        idle = self._idle.get((post.url, pin, post.tls))
        if idle:
            self._many_idle -= 1
            return idle.pop()
        curl = self._new()
        curl.setopt(pycurl.URL, post.url.encode())
        curl.setopt(pycurl.RESOLVE, [pin.encode()])
        if post.tls and post.tls.ca:
            curl.setopt(pycurl.CAINFO_BLOB, post.tls.ca.encode())
        if post.tls and post.tls.certificate:
            curl.setopt(pycurl.SSLCERT_BLOB, post.tls.certificate.encode())
            curl.setopt(pycurl.SSLKEY_BLOB, post.tls.certificate.encode())
        return curl

    def _new(self) -> pycurl.Curl:
        """A handle with everything that is the same for every POST."""
        curl = pycurl.Curl()
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.PROXY, "")  # also none that the environment names
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(pycurl.FOLLOWLOCATION, 0)
        curl.setopt(pycurl.CAINFO, self._ca_file)
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
        curl.setopt(
            pycurl.PIPEWAIT, 1
        )  # rather share a connection that is being made than make another, where HTTP/2 can
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
        self._at_host[transfer.place[0]] -= 1
        self._multi.remove_handle(curl)
        status = int(curl.getinfo(pycurl.RESPONSE_CODE))
        self._done.append(Done(transfer.key, transfer.result(code, status, said)))
        self._keep(curl, transfer)

    def _keep(self, curl: pycurl.Curl, transfer: Transfer) -> None:
        """Keep an idle handle for the next transfer to its address; when there are too many, begin anew."""
        if len(transfer.post.body) > HANDLES_CARRY:
            curl.close()  # it would keep the bytes
            return
        if self._many_idle >= HANDLES_KEPT:
            for idle in chain.from_iterable(self._idle.values()):
                idle.close()
            self._idle, self._many_idle = {}, 0
        self._idle.setdefault((transfer.post.url, transfer.pin, transfer.post.tls), []).append(curl)
        self._many_idle += 1


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
