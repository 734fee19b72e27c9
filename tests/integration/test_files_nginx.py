"""The shipped configuration of nginx, with a real nginx: it serves files as the application would, and asks it else."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
import uvicorn

from syndicate.web.app import make_app
from tests.fakes.brokers import free_port
from tests.fakes.nginx import nginx
from tests.fakes.web_newsroom import BASE, NOW, Newsroom, a_newsroom, an_article, an_event, basic

CONFIGURATION = Path(__file__).parents[2] / "config" / "nginx" / "feeds.conf"
SECTION = "sections/湖区/观鸟 手记"
LICENCE = """
id = "hupan"
permits = ["search"]
[text.zh-CN]
title = "湖畔网内容使用许可"
paragraphs = ["没有书面协议，不得转载。"]
"""
ARCHIVED = 'title = "{site}"\ndescription = "全部"\narchives = true\n'
LONG_AGO = {"id": "hp-0", "published_at": "2026-03-06T09:00:00+08:00", "headline": "旧闻"}


@dataclass(frozen=True)
class Front:
    """Two ways to ask for the same: nginx, which has the files, and the application itself."""

    newsroom: Newsroom
    folder: Path
    nginx: str
    application: str

    def get(self, path: str, **headers: str) -> requests.Response:
        return self._ask(self.nginx, path, headers)

    def straight(self, path: str, **headers: str) -> requests.Response:
        return self._ask(self.application, path, headers)

    def _ask(self, base: str, path: str, headers: dict[str, str]) -> requests.Response:
        told = {"Accept-Encoding": "identity"} | {name.replace("_", "-"): text for name, text in headers.items()}
        return requests.get(base + quote(path), headers=told, timeout=10)


@pytest.fixture(scope="module")
def front(tmp_path_factory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    (folder / "public").mkdir()
    feeds = {"all": ARCHIVED, "sections": 'each = "section"\ntitle = "{section}"\ndescription = "栏目"\n'}
    feeds |= {"partners": 'each = "partner"\ntitle = "供{partner}"\ndescription = "全文"\nbody = "full"\n'}
    with a_newsroom(folder, licence=LICENCE, feeds=feeds) as made:
        web = made.system.settings.web.model_copy(update={"files": str(folder / "public")})
        settings = made.system.settings.model_copy(update={"web": web})
        newsroom = replace(made, system=replace(made.system, settings=settings))
        newsroom.built("all")
        newsroom.system.accept(an_event(id="e-0", data=an_article(**LONG_AGO)))
        newsroom.published()
        with _application(newsroom) as port:
            site = CONFIGURATION.read_text("utf-8").replace("127.0.0.1:8080", f"127.0.0.1:{port}")
            site = site.replace("/srv/syndicate/public", str(folder / "public")).replace("https://feeds.example", BASE)
            with nginx(folder / "nginx", site=site) as server:
                yield Front(newsroom, folder, f"http://127.0.0.1:{server.port}", f"http://127.0.0.1:{port}")


@contextmanager
def _application(newsroom: Newsroom) -> Iterator[int]:
    port = free_port()
    later = replace(newsroom.system, clock=lambda: NOW + timedelta(minutes=1))
    server = uvicorn.Server(uvicorn.Config(make_app(later), port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < until, "the application does not listen"
        time.sleep(0.02)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(20)


def of_a_file(answer: requests.Response) -> bool:
    """Whether nginx answered by itself: its ETags are short."""
    return len(answer.headers["ETag"]) < 30


PATHS = [f"/feeds/{feed}.{name}" for feed in ("all", SECTION) for name in ("rss", "atom", "json")]
PATHS += ["/archives/all/2026-03.atom"]


@pytest.mark.parametrize("path", PATHS)
def test_a_file_is_served_with_the_bytes_and_type_that_the_application_gives(front: Front, path: str):
    found, straight = front.get(path), front.straight(path)

    assert (found.status_code, of_a_file(found)) == (200, True)
    assert (found.content, found.headers["Content-Type"]) == (straight.content, straight.headers["Content-Type"])


@pytest.mark.parametrize("name", ["Cache-Control", "tdm-reservation", "tdm-policy"])
def test_a_file_is_served_under_the_same_headers(front: Front, name: str):
    assert front.get("/feeds/all.rss").headers[name] == front.straight("/feeds/all.rss").headers[name]


def test_a_file_is_not_older_than_the_application_says(front: Front):
    """It may be a second or so younger, where one second saw two versions."""
    file, straight = (
        parsedate_to_datetime(answer.headers["Last-Modified"])
        for answer in (front.get("/feeds/all.rss"), front.straight("/feeds/all.rss"))
    )

    assert straight <= file <= straight + timedelta(seconds=5)


def test_a_file_has_the_same_links_but_for_the_licences_version(front: Front):
    straight = front.straight(f"/feeds/{SECTION}.atom").headers["Link"]

    version = front.newsroom.system.newsroom.licence.version
    assert front.get(f"/feeds/{SECTION}.atom").headers["Link"] == straight.replace(f"/licence/{version}", "/licence")


def test_caches_are_told_of_what_an_answer_depends_as_the_application_does(front: Front):
    told = [
        {name.strip() for name in answer.headers["Vary"].split(",")}
        for answer in (front.get("/feeds/all.rss"), front.straight("/feeds/all.rss"))
    ]

    assert told[0] == told[1]


def test_a_browser_that_opens_a_feed_is_answered_by_the_application(front: Front):
    found = front.get("/feeds/all.rss", Sec_Fetch_Dest="document")

    assert (found.status_code, found.headers["Content-Type"].partition(";")[0]) == (200, "application/xml")


def test_a_query_is_no_part_of_the_address(front: Front):
    found = requests.get(f"{front.nginx}/feeds/all.rss?a=b", timeout=10)

    assert f'<{BASE}/feeds/all.rss>; rel="self"' in found.headers["Link"]


def test_the_compressed_file_is_served_to_who_takes_it(front: Front):
    found = requests.get(f"{front.nginx}/feeds/all.rss", headers={"Accept-Encoding": "gzip"}, stream=True, timeout=10)

    packed = found.raw.read(decode_content=False)
    assert found.headers["Content-Encoding"] == "gzip"
    assert packed == (front.folder / "public/feeds/all.rss.gz").read_bytes()
    assert gzip.decompress(packed) == front.straight("/feeds/all.rss").content


def test_plain_and_compressed_have_validators_of_their_own(front: Front):
    plain, packed = front.get("/feeds/all.rss"), front.get("/feeds/all.rss", Accept_Encoding="gzip")

    assert plain.headers["ETag"] != packed.headers["ETag"]


def test_who_has_it_gets_304(front: Front):
    etag = front.get("/feeds/all.rss").headers["ETag"]

    found = front.get("/feeds/all.rss", If_None_Match=etag)

    assert (found.status_code, found.content, found.headers["ETag"]) == (304, b"", etag)


def test_a_delta_is_asked_of_the_application(front: Front):
    etag = front.get("/feeds/all.atom", A_IM="feed").headers["ETag"]

    found = front.get("/feeds/all.atom", A_IM="feed", If_None_Match=etag)

    assert (found.status_code, len(etag) > 30) == (304, True)


def test_a_partners_feed_is_asked_of_the_application_which_asks_who_reads(front: Front):
    token = front.newsroom.token("feeds:read", partner_id="chenbao")

    assert front.get("/feeds/partners/chenbao.json").status_code == 401
    assert front.get("/feeds/partners/chenbao.json", Authorization=basic("chenbao", token)).status_code == 200


@pytest.mark.parametrize("path", ["/feeds/none.rss", "/archives/all/2025-01.rss", "/feeds/all.rss.gz", "/feeds/"])
def test_what_is_no_feed_is_asked_of_the_application(front: Front, path: str):
    assert front.get(path).status_code == front.straight(path).status_code == 404


def test_what_is_not_finished_is_not_served(front: Front):
    (front.folder / "public/feeds/.unfinished-1").write_bytes(b"half")

    assert front.get("/feeds/.unfinished-1").status_code == 404


def test_a_month_that_was_taken_back_whole_is_gone(front: Front):
    path = "/archives/all/2026-03.json"
    assert front.get(path).status_code == 200
    withdrawn = {"id": "hp-0", "version": 2, "reason": "撤稿"}
    front.newsroom.system.accept(an_event(id="e-9", type="article.withdrawn", data=withdrawn))

    front.newsroom.queue.run(front.newsroom.system.perform)

    assert front.get(path).status_code == 410


def test_two_versions_of_the_same_length_within_one_second_have_other_validators(front: Front):
    """The clock of this newsroom stands still: only the files' times tell its versions apart."""
    seen = []
    for number, headline in enumerate(("一二三四五六七", "七六五四三二一", "一二三四五六七")):
        article = an_article(id="hp-7", version=number + 1, headline=headline)
        kind = "article.updated" if number else "article.published"
        front.newsroom.system.accept(an_event(id=f"e-7-{number}", type=kind, data=article))
        front.newsroom.queue.run(front.newsroom.system.perform)
        seen.append(front.get("/feeds/all.json"))

    assert len({len(one.content) for one in seen}) == 1
    assert len({one.headers["ETag"] for one in seen}) == 3
