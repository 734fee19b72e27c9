"""How does one of many POSTs travel? What is on its way, and what has come back of it so far."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from time import monotonic
from urllib.parse import urlsplit

import pycurl

from syndicate.transports.errors import DestinationMisconfigured, PartnerUnavailable
from syndicate.transports.http import Answer, Post
from syndicate.transports.protocol import IsWanted

_WEIRD_SERVER_REPLY = 8  # CURLE_WEIRD_SERVER_REPLY, which pycurl knows only by its old name
_TOO_LARGE = 100  # CURLE_TOO_LARGE: headers or trailers without measure
_UNCLEAN = re.compile(r"[\r\n\0]")

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
Place = tuple[str, int]
"""A host and a port."""


class Transfer:
    """One POST on its way, and what has come back so far."""

    __slots__ = ("_body", "_is_cut", "header_lines", "is_wanted", "key", "pin", "place", "post", "started")

    def __init__(self, key: str, post: Post, is_wanted: IsWanted) -> None:
        self.key, self.post, self.is_wanted = key, post, is_wanted
        self.started = monotonic()
        self.place = _place(post.url)
        self.pin = ""
        self.header_lines: list[bytes] = []
        self._body = bytearray()
        self._is_cut = False

    def left_s(self) -> float:
        """The seconds until its deadline."""
        return self.started + self.post.deadline_s - monotonic()

    def take_body(self, part: bytes) -> int:
        """Keep as much as may be kept; a smaller number than came makes libcurl stop there."""
        room = self.post.max_response_bytes - len(self._body)
        self._body += part[:room]
        self._is_cut = len(part) > room
        return room if self._is_cut else len(part)

    def result(self, code: int, status: int, said: str) -> Answer | Fault:
        """What came of it, by libcurl's code and words."""
        if code == 0 or (code == pycurl.E_WRITE_ERROR and self._is_cut):
            return Answer(status, _Headers(self.header_lines), bytes(self._body), monotonic() - self.started)
        host, port = self.place
        what = _WORDS.get(code, "could not be spoken to (libcurl {code})").format(
            deadline_s=self.post.deadline_s, port=port, code=code, said=said.rpartition(": ")[2].partition(" (")[0]
        )
        late = code == pycurl.E_OPERATION_TIMEDOUT
        if status >= 200:
            return PartnerUnavailable(f"{host} began to answer {status}, then {what}", status=status, timed_out=late)
        return PartnerUnavailable(f"{host} {what}", timed_out=late)


class _Headers(Mapping[str, str]):
    """An answer's headers, read only when one is asked for: of most answers nobody asks for any."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines

    @cached_property
    def _read(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in self._lines:
            if line.startswith(b"HTTP/"):  # an interim answer's headers don't count (RFC 9110, 15.2)
                found = {}
                continue
            name, colon, value = line.decode("latin-1").partition(":")
            if colon:
                found[name.strip().lower()] = value.strip()
        return found

    def __getitem__(self, name: str) -> str:
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)


def header_lines(headers: Mapping[str, str]) -> list[str]:
    """The headers as libcurl takes them; a line break within one would begin another."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if _UNCLEAN.search("".join(lines)):
        lines = [_UNCLEAN.sub("", line) for line in lines]
    return [*lines, "Expect:", "Accept-Encoding: identity"]


@lru_cache(maxsize=4096)
def _place(url: str) -> Place:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
