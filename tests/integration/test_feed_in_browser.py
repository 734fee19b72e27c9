"""A person who opens a feed in today's Chromium sees headlines and not its source; a feed reader gets it as ever."""

import socket
import threading
from contextlib import closing, contextmanager

import pytest
import uvicorn
from lxml import etree

from syndicate.formats.stylesheet import CSS
from syndicate.web.app import make_app
from tests.fakes import chromium
from tests.fakes.web_newsroom import a_newsroom

ACCENT = (0xC7, 0x00, 0x0B)  # the bar beside the word to people: a feed that is shown as text has none
XML = ("rss", "atom")
BROWSES = {"sec-fetch-dest": "document"}


class Heard:
    """An application that also remembers what it was asked for."""

    def __init__(self, app):
        self._app, self.paths = app, []

    async def __call__(self, scope, receive, send):
        self.paths.append(scope.get("path"))
        await self._app(scope, receive, send)


@contextmanager
def served(newsroom):
    """The web on a port of its own: its address, and what it was asked for."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        heard = Heard(make_app(newsroom.system))
        server = uvicorn.Server(uvicorn.Config(heard, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard.paths
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory):
    with a_newsroom(tmp_path_factory.mktemp("newsroom")) as newsroom:
        newsroom.built("all")
        newsroom.published()
        yield newsroom


@pytest.mark.parametrize("suffix", XML)
def test_chromium_lays_a_feed_out_by_its_stylesheet(newsroom, tmp_path, suffix):
    with served(newsroom) as (address, asked):
        seen = chromium.screenshot(f"{address}/feeds/all.{suffix}", tmp_path / "seen.png")

    assert ("/feed.css" in asked, ACCENT in chromium.colours(seen)) == (True, True)


def test_chromium_shows_what_is_not_called_xml_as_text(newsroom, tmp_path):
    """What the other media type is for: when this fails, it may not be needed any more."""
    bare = tmp_path / "bare.atom"
    bare.write_bytes(newsroom.get("/feeds/all.atom").body)

    assert ACCENT not in chromium.colours(chromium.screenshot(bare.as_uri(), tmp_path / "seen.png"))


@pytest.mark.parametrize("suffix", XML)
def test_chromium_reads_the_feed_as_a_document_with_the_headline_in_it(newsroom, tmp_path, suffix):
    with served(newsroom) as (address, _):
        found = chromium.document(f"{address}/feeds/all.{suffix}", tmp_path)

    assert ("芦苇荡里来了新住客" in found, "<pre" in found) == (True, False)


@pytest.mark.parametrize("suffix", XML)
def test_a_browser_is_told_that_it_is_xml_and_gets_the_same_bytes_and_validator(newsroom, suffix):
    reader = newsroom.get(f"/feeds/all.{suffix}")
    browser = newsroom.ask("GET", f"/feeds/all.{suffix}", headers=BROWSES)

    assert browser.headers["content-type"].split(";")[0] == "application/xml"
    assert (browser.body, browser.headers["etag"]) == (reader.body, reader.headers["etag"])
    assert "Sec-Fetch-Dest" in browser.headers["vary"]


@pytest.mark.parametrize("dest", ["empty", "iframe", "", "image"])
def test_whoever_else_asks_is_told_what_it_is(newsroom, dest):
    answer = newsroom.ask("GET", "/feeds/all.atom", headers={"sec-fetch-dest": dest})

    assert answer.headers["content-type"].split(";")[0] == "application/atom+xml"


def test_json_stays_json_for_a_browser_too(newsroom):
    answer = newsroom.ask("GET", "/feeds/all.json", headers=BROWSES)

    assert answer.headers["content-type"].split(";")[0] == "application/feed+json"


@pytest.mark.parametrize("suffix", XML)
def test_the_stylesheet_that_a_feed_names_is_there(newsroom, suffix):
    root = etree.fromstring(newsroom.get(f"/feeds/all.{suffix}").body)
    instruction = root.getprevious()

    answer = newsroom.get(instruction.get("href"))

    assert (instruction.get("type"), answer.headers["content-type"].split(";")[0]) == ("text/css", "text/css")
    assert answer.body.decode() == CSS


def test_the_stylesheet_loads_nothing():
    assert [word for word in ("@import", "url(", "http:", "https:") if word in _without_namespaces()] == []


def _without_namespaces() -> str:
    return "\n".join(line for line in CSS.splitlines() if not line.startswith("@namespace"))
