"""Does the one page for people list what there is, in both languages, and nothing that isn't for everybody?"""

import pytest
from lxml import html

from tests.fakes.web_newsroom import a_newsroom


@pytest.fixture
def newsroom(tmp_path):
    with a_newsroom(tmp_path) as newsroom:
        newsroom.published()
        yield newsroom


@pytest.fixture
def page(newsroom):
    return html.document_fromstring(newsroom.get("/").body.decode())


def test_feed_readers_find_the_single_feeds(page):
    links = page.xpath('//head/link[@rel="alternate"]')
    assert [link.get("href") for link in links] == ["/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json"]


def test_every_feed_that_is_listed_is_there(newsroom, page):
    assert {newsroom.get(link).status for link in page.xpath('//link[@rel="alternate"]/@href')} == {200}


def test_every_address_that_is_listed_is_there(newsroom, page):
    links = page.xpath("//li/a/@href")
    assert {link: newsroom.get(link).status for link in links} == dict.fromkeys(links, 200)


def test_no_partner_is_named(newsroom):
    body = newsroom.get("/").body.decode()
    assert [name for name in ("chenbao", "江北晨报", "partners/") if name in body] == []


def test_names_with_markup_in_them_are_escaped(newsroom, page):
    assert "湖畔网 <&>" in page.xpath("string(//title)")
    assert b"<&>" not in newsroom.get("/").body


def test_it_speaks_both_languages(page):
    text = page.text_content()
    assert ("公开订阅源" in text, "Public feeds" in text) == (True, True)


def test_the_page_may_load_and_run_nothing(newsroom):
    assert newsroom.get("/").headers["content-security-policy"].startswith("default-src 'none'; style-src")
