"""Google News hears of our own public articles of the last two days, and of nothing else."""

import json
from datetime import datetime, timedelta

import pytest
from lxml import etree

from syndicate.formats import sitemap
from tests.fakes.web_newsroom import BASE, NOW, a_newsroom, an_article

PREFIXES = {"s": sitemap.SITEMAP, "n": sitemap.NEWS}


@pytest.fixture
def newsroom(tmp_path, ledger_url):
    with a_newsroom(tmp_path, url=ledger_url) as newsroom:
        yield newsroom


def published(newsroom, name="hp-1", **changes):
    data = an_article(id=name, url=f"https://www.hupan.example/a/{name}.html", **changes)
    newsroom.published(id=f"e-{name}-{changes.get('version', 1)}", data=data)


def urls(newsroom, **headers):
    root = etree.fromstring(newsroom.get("/news-sitemap.xml", **headers).body)
    return root.xpath("//s:loc/text()", namespaces=PREFIXES)


def test_an_article_of_ours_is_named_with_paper_language_date_and_title(newsroom):
    published(newsroom, headline="白鹭 & 芦苇 <记>")

    root = etree.fromstring(newsroom.get("/news-sitemap.xml").body)

    told = {name: root.xpath(f"string(//n:{name})", namespaces=PREFIXES) for name in ("name", "language", "title")}
    assert told == {"name": "湖畔新闻网", "language": "zh-cn", "title": "白鹭 & 芦苇 <记>"}
    date = root.xpath("string(//n:publication_date)", namespaces=PREFIXES)
    assert datetime.fromisoformat(date) == datetime.fromisoformat("2026-05-06T09:00:00+08:00")


def test_what_is_older_than_two_days_is_not_named(newsroom):
    at = NOW - timedelta(days=2)
    published(newsroom, "old", published_at=(at - timedelta(seconds=1)).isoformat())
    published(newsroom, "new", published_at=(at + timedelta(seconds=1)).isoformat())

    assert urls(newsroom) == ["https://www.hupan.example/a/new.html"]


def test_as_time_goes_by_an_article_falls_out_without_anything_else_happening(newsroom):
    published(newsroom)

    assert (len(urls(newsroom)), urls(newsroom, at=NOW + timedelta(days=2))) == (1, [])


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": {"kind": "reprint", "source": "远山日报"}},
        {"origin": {"kind": "mixed", "source": "远山日报"}},
        {"only_to": ["chenbao"]},
        {"embargo_until": (NOW + timedelta(hours=1)).isoformat()},
        {"territory": ["CN"]},
    ],
    ids=["reprint", "mixed", "for one partner", "embargo", "for one country"],
)
def test_what_is_not_ours_or_not_public_is_not_named(newsroom, changed):
    published(newsroom, **changed)

    assert urls(newsroom) == []


def test_a_withdrawn_article_is_not_named(newsroom):
    published(newsroom)
    newsroom.published(id="w", type="article.withdrawn", data={"id": "hp-1", "version": 2})

    assert urls(newsroom) == []


def test_a_correction_is_named_by_its_new_title_with_the_first_date(newsroom):
    published(newsroom)
    published(newsroom, version=2, headline="白鹭孵出了雏鸟", updated_at="2026-05-06T09:30:00+08:00")

    root = etree.fromstring(newsroom.get("/news-sitemap.xml").body)
    assert root.xpath("//n:title/text()", namespaces=PREFIXES) == ["白鹭孵出了雏鸟"]
    assert root.xpath("string(//n:publication_date)", namespaces=PREFIXES) == "2026-05-06T01:00:00+00:00"


def test_it_is_not_sent_again_while_nothing_changes(newsroom):
    published(newsroom)
    etag = newsroom.get("/news-sitemap.xml").headers["etag"]

    again = newsroom.get("/news-sitemap.xml", if_none_match=etag, at=NOW + timedelta(hours=3))

    assert (again.status, again.body) == (304, b"")


def test_an_empty_one_is_a_sitemap_too(newsroom):
    answer = newsroom.get("/news-sitemap.xml")

    assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, "application/xml")
    assert urls(newsroom) == []


def test_robots_are_told_where_it_is(newsroom):
    assert f"Sitemap: {BASE}/news-sitemap.xml" in newsroom.get("/robots.txt").body.decode().splitlines()


@pytest.mark.parametrize(
    ("language", "code"),
    [
        *(("zh-CN", "zh-cn"), ("zh", "zh-cn"), ("zh-Hans-CN", "zh-cn"), ("zh-TW", "zh-tw"), ("zh-Hant", "zh-tw")),
        *(("en", "en"), ("en-GB", "en"), ("yue", "yue")),
    ],
)
def test_languages_are_written_as_google_wants_them(language, code):
    assert sitemap.language_code(language) == code


def test_no_more_are_named_than_one_sitemap_may():
    one = sitemap.Listed("https://www.hupan.example/a.html", NOW, "标题\x0b", "zh-CN")

    root = etree.fromstring(sitemap.render("湖畔新闻网", [one] * 1_001).body)

    assert len(root) == 1_000


def test_its_elements_are_in_the_order_that_the_sitemap_protocol_wants():
    one = sitemap.Listed("https://www.hupan.example/a.html", NOW, "标题", "zh-CN")

    (url,) = etree.fromstring(sitemap.render("湖畔新闻网", [one]).body)

    names = [etree.QName(element).localname for element in url.iter()]
    assert json.dumps(names) == json.dumps(
        ["url", "loc", "news", "publication", "name", "language", "publication_date", "title"]
    )
