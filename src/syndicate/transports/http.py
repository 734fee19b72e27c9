"""How does it travel over HTTP? The only door to the web: vetted addresses, one deadline, bounded answers.

requests' adapter is used without its Session, which would read the whole body of a redirect even when told not to
follow it, keep partners' cookies and take proxies from the environment.
"""

import logging
import ssl
from collections.abc import Iterator, Mapping
from http.client import HTTPException, HTTPResponse, IncompleteRead, RemoteDisconnected
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from syndicate.transports.addresses import NetworkPolicy
from syndicate.transports.deadline import Call, DeadlineTLSSocket, calling, connect
from syndicate.transports.errors import DestinationMisconfigured, PartnerUnavailable
from syndicate.transports.tls import Tls, context

_PORTS = {"http": 80, "https": 443}
_ALWAYS = {"Accept": "*/*", "Accept-Encoding": "identity"}
_FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError)
_WORDS: tuple[tuple[type[BaseException], str], ...] = (  # the particular before the general
    (TimeoutError, "did not answer within {deadline_s:g} s"),
    (ssl.SSLCertVerificationError, "could not prove who it is: TLS: certificate: {cause.verify_message}"),
    (ssl.SSLError, "could not agree on a safe connection: TLS: {cause.reason}"),
    (RemoteDisconnected, "closed the connection without an answer"),
    (ConnectionError, "reset the connection"),
    (IncompleteRead, "broke off its answer"),
    (HTTPException, "sent something that is not an HTTP answer"),
)


class Answer(NamedTuple):
    """What came back. Header names are in lower case; `body` is its first bytes as sent, never decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    duration_s: float


class Post(NamedTuple):
    """One POST to make, within `deadline_s` from the look-up of the name to the end of the answer."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    policy: NetworkPolicy
    deadline_s: float
    max_response_bytes: int
    tls: Tls | None = None


class Get(NamedTuple):
    """One GET to make, bounded as a POST is."""

    url: str
    headers: Mapping[str, str]
    policy: NetworkPolicy
    deadline_s: float
    max_response_bytes: int
    tls: Tls | None = None


class Door:
    """The way out to the web. Threads may share one; make it after a fork, not before; `close` it at the end.

    Connections are kept alive for each host, never across network policies, nor between destinations with other
    certificates. `ca_file` stands for the public certificate authorities.
    """

    def __init__(self, *, ca_file: str | None = None) -> None:
        logging.getLogger("urllib3").setLevel(logging.ERROR)  # below that it writes whole URLs, query string included
        self._ca_file = ca_file or DEFAULT_CA_BUNDLE_PATH
        self._adapters: dict[tuple[NetworkPolicy, Tls | None], HTTPAdapter] = {}

    def post(self, post: Post) -> Answer:
        """POST once; follow no redirect.

        A body longer than `max_response_bytes` is cut there. Raises PartnerUnavailable for whatever the network or
        the partner does, DestinationMisconfigured for a url that may not or can't be used.
        """
        return self._ask("POST", post, body=post.body)

    def get(self, get: Get) -> Answer:
        """GET once, under the same promises, and raising the same."""
        return self._ask("GET", get, body=None)

    def close(self) -> None:
        """Close every connection that is kept alive."""
        for adapter in self._adapters.values():
            adapter.close()

    def _ask(self, method: str, asked: Post | Get, *, body: bytes | None) -> Answer:
        request = _prepared(method, asked.url, body=body, headers=asked.headers)
        started = monotonic()
        try:
            with calling(Call(ends_at=started + asked.deadline_s, policy=asked.policy)):
                response = self._adapter(asked).send(request, stream=True, timeout=asked.deadline_s)
                start = _start_of_body(response, asked.max_response_bytes, deadline_s=asked.deadline_s)
        except _FAULTS as fault:
            host = urlsplit(asked.url).hostname
            what = _what_happened(fault, deadline_s=asked.deadline_s)
            raise PartnerUnavailable(f"{host} {what}", timed_out=_is_late(fault)) from None
        answered = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=answered, body=start, duration_s=monotonic() - started)

    def _adapter(self, asked: Post | Get) -> HTTPAdapter:
        key = (asked.policy, asked.tls)
        if key not in self._adapters:
            made = context(asked.tls, ca_file=self._ca_file)
            made.sslsocket_class = DeadlineTLSSocket
            self._adapters[key] = _Adapter(made)
        return self._adapters[key]


def place(url: str) -> tuple[str, int] | None:
    """Host and port that a request to this url goes to; None where it goes nowhere.

    Read as the door reads it: of `http://a\\@b/` another reader makes the host b, and we would connect to a.
    """
    try:
        parts = urlsplit(_prepared("GET", url, body=None, headers={}).url)
        return (str(parts.hostname), parts.port or _PORTS[str(parts.scheme)])
    except (DestinationMisconfigured, KeyError, ValueError):
        return None


class _FinalResponse(HTTPResponse):
    """Reads on past every interim answer (RFC 9110, 15.2); http.client knows only 100, and would take 103 as final."""

    def begin(self) -> None:
        super().begin()
        while 100 <= self.status < 200 and self.status != 101:
            self.headers = self.msg = None  # type: ignore[assignment]  # that is how `begin` knows that it has not begun
            super().begin()


class _Connection(HTTPConnection):
    response_class = _FinalResponse

    def _new_conn(self) -> Any:  # noqa: ANN401
        return connect(self.host, self.port)


class _TLSConnection(HTTPSConnection):
    response_class = _FinalResponse

    def _new_conn(self) -> Any:  # noqa: ANN401
        return connect(self.host, self.port)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class _Adapter(HTTPAdapter):
    """requests' adapter with our connections in it. The name stays the connection's host: Host, SNI, certificate."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        super().__init__(pool_connections=64, pool_maxsize=16)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **rest: Any) -> None:  # noqa: ANN401
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._tls, **rest)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ANN401
        """Leave the authorities to our own context; requests would read its file again for each connection."""


def _prepared(method: str, url: str, *, body: bytes | None, headers: Mapping[str, str]) -> requests.PreparedRequest:
    try:
        return requests.Request(method, url, data=body, headers={**_ALWAYS, **headers}).prepare()
    except (requests.RequestException, UnicodeError):
        # requests' own words would show the whole url
        raise DestinationMisconfigured("the url or a header can't be sent over HTTP: correct the destination") from None


def _start_of_body(response: requests.Response, limit: int, *, deadline_s: float) -> bytes:
    start = bytearray()
    try:
        while len(start) <= limit and (part := response.raw.read(limit + 1 - len(start), decode_content=False)):
            start += part
    except _FAULTS as fault:
        host, status = urlsplit(response.url).hostname, response.status_code
        what = _what_happened(fault, deadline_s=deadline_s)
        said = f"{host} began to answer {status}, then {what}"
        raise PartnerUnavailable(said, status=status, timed_out=_is_late(fault)) from None
    finally:
        response.close()  # an answer read to its end has already gone back to the pool, any other is closed with it
    return bytes(start[:limit])


def _what_happened(fault: BaseException, *, deadline_s: float) -> str:
    for cause in _causes(fault):
        for kind, words in _WORDS:
            if isinstance(cause, kind):
                return words.format(cause=cause, deadline_s=deadline_s)
    return f"could not be spoken to ({type(fault).__name__})"


def _is_late(fault: BaseException) -> bool:
    return any(isinstance(cause, TimeoutError) for cause in _causes(fault))


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """The fault and all it was made from; requests and urllib3 wrap theirs in several ways."""
    inner = [fault.__cause__, fault.__context__, getattr(fault, "reason", None), *fault.args]
    yield fault
    for cause in inner:
        if isinstance(cause, BaseException):
            yield from _causes(cause)
