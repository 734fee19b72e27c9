"""Does the door to the web keep its promises against peers that keep none? Real sockets, loopback only."""

import gzip
import logging
import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

import pytest

from syndicate.transports import deadline as deadline_module
from syndicate.transports.errors import DestinationMisconfigured, PartnerUnavailable
from syndicate.transports.http import Answer, Door, Get, Post
from syndicate.transports.many import HELD_UP_S, PLACES_PER_HOST, Done, Many

DEADLINE_S = 0.5
AT_MOST_S = 1.5
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class HostilePeer:
    """A server that runs `script(connection, request)` for each request; `request` is what came, body included."""

    script: object
    tls: ssl.SSLContext | None = None
    reads: bool = True
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self):
        self.stopped = threading.Event()
        self._open, self._threads = [], []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)

    def url(self, path="/", *, scheme="http", host="127.0.0.1"):
        return f"{scheme}://{host}:{self.port}{path}"

    def stop(self):
        self.stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _start(self, work, *told):
        thread = threading.Thread(target=work, args=told, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                self._start(self._serve, connection)

    def _serve(self, plain):
        with plain, suppress(OSError), ExitStack() as stack:
            connection = stack.enter_context(self.tls.wrap_socket(plain, server_side=True)) if self.tls else plain
            while not self.stopped.is_set() and (request := read_request(connection) if self.reads else b"unread"):
                self.requests.append(request)
                if self.script(self, connection, request) == "close":
                    return


def read_request(connection):
    came = b""
    while b"\r\n\r\n" not in came:
        part = connection.recv(65536)
        if not part:
            return b""
        came += part
    head, _, body = came.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    length = int(lengths[0]) if lengths else 0
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def saying(*parts):
    def script(peer, connection, request):
        for part in parts:
            connection.sendall(part)

    return script


def dripping(start, drip=b"x"):
    def script(peer, connection, request):
        connection.sendall(start)
        while not peer.stopped.wait(0.05):
            connection.sendall(drip)

    return script


def flooding(start, flood):
    def script(peer, connection, request):
        connection.sendall(start)
        while not peer.stopped.is_set():
            connection.sendall(flood)

    return script


def silent(peer, connection, request):
    peer.stopped.wait(30)


def closing(peer, connection, request):
    return "close"


def resetting(peer, connection, request):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return "close"


@pytest.fixture
def a_peer():
    with ExitStack() as stack:

        def start(script, **told):
            peer = HostilePeer(script, **told)
            stack.callback(peer.stop)
            return peer

        yield start


class OneOfMany:
    """The window for many, asked as the door is: one POST at a time."""

    def __init__(self, *, ca_file=None):
        self._ca_file = ca_file
        self._windows = {}

    def post(self, post):
        window = self._windows.setdefault(post.policy, Many(post.policy, ca_file=self._ca_file))
        window.start("1", post, lambda _: True)
        while not (done := window.finished(wait_s=1)):
            pass
        if isinstance(done[0].result, Exception):
            raise done[0].result
        return done[0].result

    def close(self):
        for window in self._windows.values():
            window.close()


class ByGet:
    """The door, asked to GET what the others POST: no body goes out, and all else is as it is for them."""

    def __init__(self):
        self._door = Door()

    def post(self, post):
        told = {name: value for name, value in post._asdict().items() if name in Get._fields}
        return self._door.get(Get(**told))

    def close(self):
        self._door.close()


@pytest.fixture(params=[Door, OneOfMany, ByGet], ids=["door", "many", "get"])
def way_out(request):
    return request.param


@pytest.fixture
def door(way_out):
    door = way_out()
    yield door
    door.close()


def post(door, url, *, body=b"{}", policy="internal", deadline_s=5.0, max_response_bytes=65_536):
    return door.post(
        Post(
            url=url,
            body=body,
            headers={"Content-Type": "application/json"},
            policy=policy,
            deadline_s=deadline_s,
            max_response_bytes=max_response_bytes,
        )
    )


def unavailable(door, url, **told):
    """The error of a post that must end in time, and how long it took."""
    started = time.monotonic()
    with pytest.raises(PartnerUnavailable) as raised:
        post(door, url, deadline_s=DEADLINE_S, **told)
    assert time.monotonic() - started < AT_MOST_S
    return raised.value


# -- what arrives, and what comes back


def test_what_is_posted_arrives_with_the_name_in_host(a_peer, door):
    peer = a_peer(saying(OK))
    post(door, peer.url("/a?b=c", host="localhost"), body="渡口的钟声".encode())
    head, _, body = peer.requests[0].partition(b"\r\n\r\n")
    method, words = (b"GET", "") if isinstance(door, ByGet) else (b"POST", "渡口的钟声")
    assert head.startswith(method + b" /a?b=c HTTP/1.1\r\n")
    assert f"Host: localhost:{peer.port}".encode() in head
    assert body.decode() == words


def test_the_answer_comes_back_with_its_headers_in_lower_case(a_peer, door):
    peer = a_peer(saying(b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno"))
    answer = post(door, peer.url())
    assert (answer.status, answer.headers["retry-after"], answer.body) == (429, "7", b"no")
    assert 0 < answer.duration_s < 5


def test_a_connection_is_used_again(a_peer, door):
    peer = a_peer(saying(OK))
    for _ in range(3):
        post(door, peer.url())
    assert (len(peer.requests), peer.connections) == (3, 1)


def test_a_connection_kept_alive_has_a_new_deadline_for_each_call(a_peer, door):
    first = threading.Event()

    def script(peer, connection, request):
        if first.is_set():
            peer.stopped.wait(30)
        first.set()
        connection.sendall(OK)

    peer = a_peer(script)
    post(door, peer.url())
    assert "did not answer within 0.5 s" in unavailable(door, peer.url()).reason


def test_many_threads_share_one_door(a_peer):
    door = Door()

    def echo(peer, connection, request):
        body = request.partition(b"\r\n\r\n")[2]
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    peer = a_peer(echo)
    wrong = []

    def work(number):
        for turn in range(20):
            body = f"{number}-{turn}".encode()
            if post(door, peer.url(), body=body).body != body:
                wrong.append(body)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (wrong, len(peer.requests)) == ([], 160)
    door.close()


# -- one deadline over everything


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(silent, id="silence"),
        pytest.param(dripping(b"", b"H"), id="dripped status line"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"), id="dripped headers"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nX: "), id="dripped header"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"), id="dripped body"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\n\r\n"), id="dripped body without a length"),
        pytest.param(
            dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), id="dripped chunks"
        ),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"), id="dripped chunk size"),
        pytest.param(flooding(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), id="flood of 100"),
        pytest.param(flooding(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100), id="flood of 103"),
        pytest.param(
            flooding(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n" * 100),
            id="flood of trailers",
        ),
    ],
)
def test_a_peer_that_draws_it_out_is_left_at_the_deadline(a_peer, door, script):
    reason = unavailable(door, a_peer(script).url()).reason
    # libcurl has enough of a flood, and of a status line in pieces, before the deadline even passes
    assert "did not answer within 0.5 s" in reason or isinstance(door, OneOfMany)


@pytest.mark.parametrize("answers", [True, False])
def test_an_answer_that_came_in_time_counts_though_the_window_looks_late(a_peer, answers):
    answer_now, answered = threading.Event(), threading.Event()

    def script(peer, connection, request):
        answer_now.wait(30)
        connection.sendall(OK if answers else OK[:9])
        answered.set()

    late = time.monotonic() + DEADLINE_S
    peer, many = a_peer(script), Many("internal")
    many.start("1", Post(peer.url(), b"{}", {}, "internal", DEADLINE_S, 100), lambda _: True)
    while not peer.requests:
        many.finished(wait_s=0.01)
    answer_now.set()
    assert answered.wait(DEADLINE_S)
    time.sleep(max(0.0, late - time.monotonic()) + HELD_UP_S)

    (done,) = many.finished(wait_s=1)

    many.close()
    assert isinstance(done.result, PartnerUnavailable) is not answers


def test_a_status_that_came_before_the_deadline_is_reported(a_peer, door):
    peer = a_peer(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"))
    error = unavailable(door, peer.url())
    assert error.status == 200
    assert error.reason == "127.0.0.1 began to answer 200, then did not answer within 0.5 s"


def test_a_peer_that_does_not_read_is_left_at_the_deadline(a_peer, door):
    peer = a_peer(silent, reads=False)
    assert "did not answer within 0.5 s" in unavailable(door, peer.url(), body=b"x" * 50_000_000).reason


def test_a_handshake_that_hangs_is_left_at_the_deadline(a_peer, door):
    peer = a_peer(silent, reads=False)
    assert "did not answer within 0.5 s" in unavailable(door, peer.url(scheme="https")).reason


def test_a_handshake_that_drips_is_left_at_the_deadline(a_peer, door):
    peer = a_peer(dripping(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"), reads=False)
    assert "did not answer within 0.5 s" in unavailable(door, peer.url(scheme="https")).reason


def test_a_name_server_that_hangs_is_left_at_the_deadline(door, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(30))
    try:
        assert "was not resolved in time" in unavailable(door, "http://slow.example/").reason
    finally:
        release.set()


# -- a window of many


def a_post(url: str, deadline_s: float = DEADLINE_S) -> Post:
    return Post(url, b"{}", {}, "internal", deadline_s, 100)


def test_a_host_that_hangs_holds_up_no_other_host(a_peer):
    # given: more for each of two hosts than it has places; one takes everything and never answers
    hangs, answers = a_peer(silent), a_peer(saying(OK))
    many = Many("internal")
    for number in range(PLACES_PER_HOST + 10):
        many.start(f"hangs-{number}", a_post(hangs.url(), deadline_s=20), lambda _: True)
        many.start(f"answers-{number}", a_post(answers.url(host="localhost"), deadline_s=20), lambda _: True)

    # when
    done: list[Done] = []
    until = time.monotonic() + 10
    while len(done) < PLACES_PER_HOST + 10 and time.monotonic() < until:
        done += many.finished(wait_s=0.1)

    # then
    many.close()
    assert {one.key for one in done} == {f"answers-{number}" for number in range(PLACES_PER_HOST + 10)}
    assert all(isinstance(one.result, Answer) for one in done)


def test_what_finds_no_place_at_its_host_in_time_has_not_left(a_peer):
    hangs = a_peer(silent)
    many = Many("internal")
    for number in range(PLACES_PER_HOST + 1):
        many.start(str(number), a_post(hangs.url()), lambda _: True)

    done: list[Done] = []
    until = time.monotonic() + 10
    while len(many) and time.monotonic() < until:
        done += many.finished(wait_s=0.1)

    many.close()
    assert [one.key for one in done if one.result is None] == [str(PLACES_PER_HOST)]
    assert len(done) == PLACES_PER_HOST + 1


def test_a_name_is_looked_up_once_for_all_that_go_there(a_peer, monkeypatch):
    peer, asked, real = a_peer(saying(OK)), [], socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda *told, **more: (asked.append(told), real(*told, **more))[1])
    many = Many("internal")
    for number in range(20):
        many.start(str(number), a_post(peer.url(host="localhost"), deadline_s=10), lambda _: True)

    until = time.monotonic() + 10
    while len(many) and time.monotonic() < until:
        many.finished(wait_s=0.1)

    many.close()
    assert len(asked) == 1
    assert len(peer.requests) == 20


def test_whose_name_nobody_had_time_to_look_up_is_not_blamed_for_it(monkeypatch):
    # given: a name server that hangs, and is asked for as many names as can be asked for at once
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(30))
    many = Many("internal")
    for number in range(40):
        many.start(f"http://{number}.example/", a_post(f"http://{number}.example/"), lambda _: True)

    # when
    done: list[Done] = []
    until = time.monotonic() + 10
    while len(many) and time.monotonic() < until:
        done += many.finished(wait_s=0.1)
    release.set()
    many.close()

    # then: only those that were asked for were not resolved in time
    blamed = [one for one in done if isinstance(one.result, PartnerUnavailable)]
    assert len(done) == 40
    assert 0 < len(blamed) < 40
    assert all(one.result is None for one in done if one not in blamed)


# -- bounded answers


def test_an_endless_body_is_cut(a_peer, door):
    peer = a_peer(flooding(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536))
    answer = post(door, peer.url(), max_response_bytes=1000)
    assert (answer.status, answer.body) == (200, b"x" * 1000)


def test_the_endless_body_of_a_redirect_is_cut_too(a_peer, door):
    peer = a_peer(flooding(b"HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n", b"x" * 65536))
    answer = post(door, peer.url(), max_response_bytes=1000)
    assert (answer.status, len(answer.body)) == (302, 1000)


def test_a_connection_with_a_body_cut_short_is_not_used_again(a_peer, door):
    peer = a_peer(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000))
    post(door, peer.url(), max_response_bytes=1000)
    post(door, peer.url(), max_response_bytes=2000)
    assert peer.connections == 2


def test_a_body_of_just_the_size_allowed_is_whole(a_peer, door):
    peer = a_peer(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000))
    assert post(door, peer.url(), max_response_bytes=1000).body == b"x" * 1000


def test_a_gzip_bomb_is_not_unpacked(a_peer, door):
    bomb = gzip.compress(bytes(50_000_000))
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    answer = post(door, a_peer(saying(head, bomb)).url(), max_response_bytes=1000)
    assert answer.body == bomb[:1000]


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, id="one huge header"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200, id="many headers"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 two hundred\r\n", id="no status"),
    ],
)
def test_an_answer_beyond_all_measure_is_none(a_peer, door, head):
    peer = a_peer(saying(head + b"\r\n\r\n"))
    reason = unavailable(door, peer.url()).reason
    # libcurl takes longer headers than http.client does, up to 300 kB, and then waits for the body
    assert reason == "127.0.0.1 sent something that is not an HTTP answer" or isinstance(door, OneOfMany)


# -- broken connections


def test_a_connection_reset_after_the_request_may_have_been_delivered(a_peer, door):
    peer = a_peer(resetting)
    assert unavailable(door, peer.url()).reason == "127.0.0.1 reset the connection"
    assert len(peer.requests) == 1


def test_a_request_is_never_repeated_by_itself(a_peer, door):
    peer = a_peer(closing)
    assert unavailable(door, peer.url()).reason == "127.0.0.1 closed the connection without an answer"
    assert len(peer.requests) == 1


@pytest.mark.parametrize("way_out", [OneOfMany])
def test_a_partner_who_closes_kept_connections_without_a_word_costs_no_delivery(a_peer, door):
    def script(peer, connection, request):
        connection.sendall(OK)
        return "close"

    peer = a_peer(script)
    answers = [post(door, peer.url()).status for _ in range(10)]
    assert (answers, len(peer.requests)) == ([200] * 10, 10)


@pytest.mark.parametrize(
    "start",
    [b"Content-Length: 1000\r\n\r\nhalf", b"Transfer-Encoding: chunked\r\n\r\nff\r\nhalf"],
)
def test_an_answer_broken_off_is_reported_as_such(a_peer, door, start):
    def script(peer, connection, request):
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + start)
        return "close"

    error = unavailable(door, a_peer(script).url())
    assert (error.status, error.reason) == (200, "127.0.0.1 began to answer 200, then broke off its answer")


def test_a_closed_port_refuses(door):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert unavailable(door, f"http://127.0.0.1:{port}/").reason == f"127.0.0.1 refused the connection (port {port})"


def test_the_next_address_is_tried_when_one_refuses(a_peer, door, monkeypatch):
    peer = a_peer(saying(OK))
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, peer.port)) for ip in ("127.0.0.2", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert post(door, peer.url(host="two.example")).status == 200


def test_an_interim_answer_is_read_past(a_peer, door):
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    peer = a_peer(saying(b"HTTP/1.1 100 Continue\r\n\r\n" + hints * 2 + OK))
    answers = [post(door, peer.url()) for _ in range(2)]
    assert [(answer.status, answer.body) for answer in answers] == [(200, b"ok")] * 2


# -- where it may go


def test_a_private_address_is_refused_before_anything_is_sent(a_peer, door):
    peer = a_peer(saying(OK))
    with pytest.raises(DestinationMisconfigured, match=r"localhost is at (127\.0\.0\.1|::1), which is this machine"):
        post(door, peer.url(host="localhost"), policy="public")
    assert peer.connections == 0


def test_an_open_connection_to_our_own_network_is_no_way_in(a_peer, door):
    peer = a_peer(saying(OK))
    post(door, peer.url(), policy="internal")
    with pytest.raises(DestinationMisconfigured):
        post(door, peer.url(), policy="public")
    assert len(peer.requests) == 1


def test_the_vetted_address_is_the_one_connected_to(a_peer, monkeypatch):
    door = Door()
    # given a name that is public when asked first, and this machine from then on
    peer = a_peer(saying(OK))
    answers = iter(["223.5.5.5", "127.0.0.1", "127.0.0.1"])
    connected = []

    def getaddrinfo(host, port, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def unreachable(address, port, *, patience_s):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(deadline_module, "_connected", unreachable)

    # then the first try goes to the vetted address, and the second goes nowhere
    with pytest.raises(PartnerUnavailable):
        post(door, peer.url(host="rebinding.example"), policy="public")
    with pytest.raises(DestinationMisconfigured, match=r"127\.0\.0\.1"):
        post(door, peer.url(host="rebinding.example"), policy="public")
    assert (connected, peer.connections) == (["223.5.5.5"], 0)
    door.close()


def test_the_window_connects_to_the_address_it_has_vetted(a_peer, monkeypatch):
    # given a name that is at the peer when asked first, and nowhere from then on
    peer = a_peer(saying(OK))
    answers = iter(["127.0.0.1"])

    def getaddrinfo(host, port, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    window = OneOfMany()

    # then both calls go to what was vetted, by the name that libcurl itself could not have resolved
    assert [post(window, peer.url(host="rebinding.example")).status for _ in range(2)] == [200, 200]
    assert f"Host: rebinding.example:{peer.port}".encode() in peer.requests[1]
    window.close()


def test_a_redirect_is_an_answer_and_is_not_followed(a_peer, door):
    target = a_peer(saying(OK))
    peer = a_peer(saying(f"HTTP/1.1 307 X\r\nLocation: {target.url()}\r\nContent-Length: 0\r\n\r\n".encode()))
    assert post(door, peer.url()).status == 307
    assert target.connections == 0


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_no_proxy_is_taken_from_the_environment(a_peer, monkeypatch, name):
    proxy, peer = a_peer(saying(OK)), a_peer(saying(OK))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv(name, proxy.url())
    door = Door()
    post(door, peer.url())
    door.close()
    assert (len(peer.requests), proxy.connections) == (1, 0)


def test_a_partners_cookie_is_not_sent_back(a_peer, door):
    peer = a_peer(saying(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"))
    post(door, peer.url())
    post(door, peer.url())
    assert b"cookie" not in peer.requests[1].lower()


# -- what may be told


def test_neither_message_nor_log_shows_the_query_string(a_peer, door, caplog):
    caplog.set_level(logging.DEBUG)
    for script in (closing, silent, saying(b"HTTP/1.1 200 OK\r\nno header at all\r\n: x\r\n\r\n")):
        peer = a_peer(script)
        assert "mimamima" not in unavailable_or_answered(door, peer.url("/a?token=mimamima"))
    assert "mimamima" not in caplog.text


def unavailable_or_answered(door, url):
    try:
        return str(post(door, url, deadline_s=DEADLINE_S))
    except PartnerUnavailable as error:
        return error.reason


def test_a_url_that_can_not_be_sent_to_is_a_misconfiguration_without_showing_it(door):
    with pytest.raises(DestinationMisconfigured) as refused:
        post(door, "http://.example/?token=mimamima")
    assert "mimamima" not in refused.value.reason


# -- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost by an authority that is itself: (certificate file, key file)."""
    if not shutil.which("openssl"):
        if os.environ.get("CI") == "true":
            pytest.fail("the openssl command is needed to make a certificate")
        pytest.skip("there is no openssl command to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(made + named + files, check=True, capture_output=True)
    return str(folder / "cert.pem"), str(folder / "key.pem")


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusting_door(certificate):
    door = Door(ca_file=certificate[0])
    yield door
    door.close()


def test_a_proven_partner_is_posted_to(a_peer, tls, trusting_door):
    peer = a_peer(saying(OK), tls=tls)
    body = "x" * 1_000_000
    for _ in range(2):
        assert post(trusting_door, peer.url(scheme="https", host="localhost"), body=body.encode()).status == 200
    assert (len(peer.requests), peer.connections) == (2, 1)


def test_a_certificate_for_another_name_is_refused(a_peer, tls, trusting_door):
    peer = a_peer(saying(OK), tls=tls)
    error = unavailable(trusting_door, peer.url(scheme="https", host="127.0.0.1"))
    assert "TLS: certificate: IP address mismatch" in error.reason
    assert peer.requests == []


def test_a_certificate_by_an_unknown_authority_is_refused(a_peer, tls, door):
    peer = a_peer(saying(OK), tls=tls)
    error = unavailable(door, peer.url(scheme="https", host="localhost"))
    assert error.reason == "localhost could not prove who it is: TLS: certificate: self-signed certificate"
    assert peer.requests == []


def test_a_partner_without_tls_is_told_from_one_with(a_peer, door):
    peer = a_peer(saying(b"HTTP/1.1 400 no\r\n\r\n"), reads=False)
    assert "could not agree on a safe connection: TLS" in unavailable(door, peer.url(scheme="https")).reason


def test_a_body_dripped_over_tls_is_left_at_the_deadline(a_peer, tls, trusting_door):
    peer = a_peer(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"), tls=tls)
    error = unavailable(trusting_door, peer.url(scheme="https", host="localhost"))
    assert "did not answer within 0.5 s" in error.reason


def test_a_tls_peer_that_does_not_read_is_left_at_the_deadline(a_peer, tls, trusting_door):
    peer = a_peer(silent, tls=tls, reads=False)
    url = peer.url(scheme="https", host="localhost")
    assert "did not answer within 0.5 s" in unavailable(trusting_door, url, body=b"x" * 50_000_000).reason
