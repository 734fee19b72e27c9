"""No partner reads another's feed, nor learns whether there is one, by whatever it asks."""

import itertools
from datetime import timedelta

import pytest

from syndicate.web.tokens import id_of, rotate
from tests.fakes.web_newsroom import NOW, PARTNERS, a_newsroom, basic

SECRET = "六只白鹭落在湖心岛上"
METHODS = ("GET", "HEAD")
OF_ANOTHER = [
    "/feeds/partners/ribao.{}",
    "/feeds/partners/./ribao.{}",
    "/feeds/partners/chenbao/../ribao.{}",
    "/feeds/partners/chenbao/%2e%2e/ribao.{}",
    "/feeds/partners/chenbao/..%2fribao.{}",
    "/feeds/partners%2Fribao.{}",
    "/feeds/partners%2fribao.{}",
    "/feeds/%70artners/ribao.{}",
    "/feeds/partners/%72ibao.{}",
    "/feeds/partners/ribao%2e{}",
    "/feeds//partners/ribao.{}",
    "//feeds/partners/ribao.{}",
    "/feeds/partners//ribao.{}",
    "/feeds/partners/ribao/.{}",
    "/feeds/partners/ribao.{}/",
    "/feeds/partners/ribao.{}.gz",
    "/feeds/partners/ribao.{};chenbao.{}",
    "/feeds/partners/ribao%00.{}",
    "/feeds/partners/ribao%00chenbao.{}",
    "/feeds/partners/RIBAO.{}",
    "/feeds/PARTNERS/ribao.{}",
    "/feeds/partners\\ribao.{}",
    "/feeds/partners/%c0%af/ribao.{}",
    "/feeds/partners/ribao.{}?feed=chenbao",
    "/feeds/sections/../partners/ribao.{}",
    "/feeds/sections/..%2fpartners%2fribao.{}",
    "/feeds/all/../partners/ribao.{}",
    "/policies/../feeds/partners/ribao.{}",
]
CONDITIONS = [
    {},
    {"if-none-match": "*"},
    {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    {"range": "bytes=0-99"},
    {"accept-encoding": "gzip"},
    {"a-im": "feed"},
    {"accept": "text/html", "sec-fetch-dest": "document"},
    {"x-original-url": "/feeds/partners/ribao.rss", "x-forwarded-for": "127.0.0.1"},
]


@pytest.fixture
def newsroom(tmp_path, monkeypatch):
    """Two partners in term: 江北晨报, who asks, and 无约日报, whose feed it is not to see."""
    agreement = '[agreement]\nnumber = "HP-3"\nstarts = 2026-01-01\nends = 2026-12-31\n'
    monkeypatch.setitem(PARTNERS, "ribao", PARTNERS["ribao"] + agreement)
    with a_newsroom(tmp_path) as newsroom:
        newsroom.built("all")
        newsroom.published()
        yield newsroom


@pytest.fixture
def key(newsroom):
    return newsroom.token("feeds:read", partner_id="chenbao")


@pytest.fixture
def theirs(newsroom):
    return newsroom.token("feeds:read", partner_id="ribao")


def told(answer):
    """All that an answer tells."""
    return answer.status, sorted(answer.headers.multi_items()), answer.body


def as_sent(key):
    return [
        {},
        {"authorization": f"Bearer {key}"},
        {"authorization": basic("ribao", key)},
        {"authorization": f"Basic {key}"},
        {"authorization": f"bearer  {key} "},
    ]


def test_whose_feed_it_is_gets_it(newsroom, theirs):
    answer = newsroom.get("/feeds/partners/ribao.rss", authorization=f"Bearer {theirs}")

    assert (answer.status, SECRET in answer.body.decode()) == (200, True)


@pytest.mark.parametrize("path", OF_ANOTHER)
def test_another_partners_token_and_none_open_it_by_no_spelling_of_its_address(newsroom, key, theirs, path):
    etag = newsroom.get("/feeds/partners/ribao.rss", authorization=f"Bearer {theirs}").headers["etag"]
    conditions = [*CONDITIONS, {"if-none-match": etag}]
    asked = [
        (method, path.format(suffix, suffix), sent | condition)
        for suffix, method, sent, condition in itertools.product(("rss", "json"), METHODS, as_sent(key), conditions)
    ]
    for question, answer in zip(asked, newsroom.ask_all(*asked), strict=True):
        said = answer.body.decode() + repr(answer.headers)
        assert answer.status in (400, 401, 403, 404), question
        assert [words for words in (SECRET, "无约日报", "HP-3", etag[1:33]) if words in said] == [], question


def test_a_token_in_the_address_opens_no_more_than_one_in_a_header(newsroom, key):
    marked = [path.format("rss", "rss") + ("&" if "?" in path else "?") for path in OF_ANOTHER]
    answers = newsroom.ask_all(*(("GET", f"{path}token={key}", {}) for path in marked))

    assert {answer.status for answer in answers} <= {401, 403, 404}
    assert [answer for answer in answers if SECRET in answer.body.decode()] == []


@pytest.mark.parametrize("who", ["stranger", "partner", "newsroom", "unknown"])
def test_a_feed_there_is_not_answers_like_one_that_is_anothers(newsroom, key, who):
    sent = {
        "stranger": {},
        "partner": {"authorization": f"Bearer {key}"},
        "newsroom": {"authorization": f"Bearer {newsroom.token('events:write')}"},
        "unknown": {"authorization": f"Bearer sy_{'0' * 16}_{'A' * 43}"},
    }[who]
    names = ("ribao.rss", "wanbao.rss", "nobody.rss", "nobody.xml", "ribao.exe", "a/b.rss", "..rss")
    for method, condition in itertools.product(METHODS, CONDITIONS):
        asked = [(method, f"/feeds/partners/{name}", sent | condition) for name in names]
        answers = [told(answer) for answer in newsroom.ask_all(*asked)]
        assert answers == answers[:1] * len(answers), (method, condition)
        assert answers[0][0] in (401, 403)


def test_what_is_for_one_partner_may_be_kept_by_no_cache_for_another(newsroom, theirs):
    for condition in CONDITIONS:
        headers = newsroom.ask(
            "GET", "/feeds/partners/ribao.rss", headers={"authorization": f"Bearer {theirs}"} | condition
        ).headers
        assert headers["cache-control"].split(",")[0] == "private"
        assert "Authorization" in headers["vary"]


def test_what_is_refused_may_be_kept_by_no_cache(newsroom, key):
    for sent in as_sent(key):
        answer = newsroom.ask("GET", "/feeds/partners/ribao.rss", headers=sent)
        assert answer.headers["cache-control"] == "no-store"


def test_no_public_page_names_a_partner_or_its_feed(newsroom):
    for path in ("/", "/feeds", "/news-sitemap.xml", "/robots.txt", "/feeds/all.rss", "/feed.css"):
        body = newsroom.get(path).body.decode()
        assert [name for name in ("chenbao", "ribao", "江北晨报", "无约日报", "partners/") if name in body] == [], path


def test_a_token_that_has_ended_opens_nothing_and_says_no_more_than_an_unknown_one(newsroom):
    old = newsroom.token("feeds:read", partner_id="ribao")
    rotate(newsroom.system.ledger, id_of(old), overlap=timedelta(0), now=NOW)

    unknown = newsroom.get("/feeds/partners/ribao.rss", authorization=f"Bearer sy_{'0' * 16}_{'A' * 43}")
    assert told(newsroom.get("/feeds/partners/ribao.rss", authorization=f"Bearer {old}")) == told(unknown)
