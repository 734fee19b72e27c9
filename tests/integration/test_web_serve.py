"""Does it hold on a real port, as its own process, and stop in good order?"""

import http.client
import json
import signal
import socket
from contextlib import closing

import pytest

from tests.fakes.web_newsroom import a_newsroom, an_event
from tests.fakes.web_process import PATIENCE_S, served


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory):
    with a_newsroom(tmp_path_factory.mktemp("serve")) as newsroom:
        newsroom.published()
        yield newsroom


@pytest.fixture(scope="module")
def port(newsroom, tmp_path_factory):
    with served(newsroom, tmp_path_factory.mktemp("log") / "web.log") as (port, _):
        yield port


def ask(port, method, path, body=None, headers=None):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as connection:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def test_an_event_is_taken_in_without_a_broker(newsroom, port):
    token = newsroom.token("events:write")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/cloudevents+json"}
    status, _, body = ask(port, "POST", "/events", json.dumps(an_event(id="s-1", version=9)).encode(), headers)
    assert (status, json.loads(body)["outcome"]) == (202, "accepted")


def test_a_body_in_pieces_without_end_is_cut_off_at_the_limit(newsroom, port):
    token = newsroom.token("events:write")
    head = (
        f"POST /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/cloudevents+json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with closing(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)) as connection:
        connection.sendall(head.encode() + b"4000\r\n" + b" " * 0x4000 + b"\r\n" + b"c001\r\n" + b" " * 0xC001)
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_a_section_with_chinese_names_is_found_over_the_wire(port):
    assert ask(port, "GET", "/feeds/sections/%E6%B9%96%E5%8C%BA/%E8%A7%82%E9%B8%9F%20%E6%89%8B%E8%AE%B0.json")[0] == 200


def test_head_tells_the_length_and_sends_no_body(port):
    status, headers, body = ask(port, "HEAD", "/feeds/all.rss")
    assert (status, body, headers["content-length"]) == (200, b"", str(len(ask(port, "GET", "/feeds/all.rss")[2])))


def test_not_modified_has_no_body_over_the_wire(port):
    etag = ask(port, "GET", "/feeds/all.rss")[1]["etag"]
    status, headers, body = ask(port, "GET", "/feeds/all.rss", headers={"If-None-Match": etag})
    assert (status, headers["etag"], body) == (304, etag, b"")


def test_the_server_does_not_say_what_it_is(port):
    assert "server" not in {name.lower() for name in ask(port, "GET", "/healthz")[1]}


def test_it_is_ready_without_a_broker_and_says_that_there_is_none(port):
    status, _, body = ask(port, "GET", "/readyz")
    assert (status, [check["ok"] for check in json.loads(body)["checks"]]) == (200, [True, False])


def test_no_token_gets_into_the_log(newsroom, tmp_path):
    log = tmp_path / "web.log"
    with served(newsroom, log) as (port, _):
        ask(port, "GET", "/feeds/partners/chenbao.rss?token=sy_secret")
        ask(port, "GET", "/healthz")
    text = log.read_text(encoding="utf-8")
    assert ("/feeds/partners/chenbao.rss" in text, "sy_secret" in text) == (True, False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_as_a_success_when_told_to(newsroom, tmp_path, number):
    with served(newsroom, tmp_path / "web.log") as (_, process):
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 0
