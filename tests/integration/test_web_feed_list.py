"""Does the page of feeds list every public feed, and nobody's own? And what becomes of who asks too often?"""

import pytest
from lxml import html

from tests.fakes.web_newsroom import FEEDS, a_newsroom

NAMED = {
    "keywords": 'each = "keyword"\ntitle = "{site} · {keyword}"\ndescription = "关键词"\n',
    "authors": 'each = "author"\ntitle = "{site} · {author}"\ndescription = "作者"\n',
}


@pytest.fixture
def newsroom(tmp_path, monkeypatch):
    for name, family in NAMED.items():
        monkeypatch.setitem(FEEDS, name, family)
    with a_newsroom(tmp_path) as newsroom:
        newsroom.published(keywords=["白鹭", "C++ & <湿地", "甲/乙"])
        yield newsroom


def page(newsroom):
    return html.document_fromstring(newsroom.get("/feeds").body.decode())


def test_every_public_feed_is_listed_in_every_format_and_can_be_read(newsroom):
    links = page(newsroom).xpath("//li/a/@href")

    assert {link: newsroom.get(link).status for link in links} == dict.fromkeys(links, 200)
    assert len(links) == 3 * len(["all", "湖区", "观鸟 手记", "白鹭", "C++ & <湿地", "柳亦舟"])


def test_chinese_names_have_their_addresses_percent_encoded(newsroom):
    links = page(newsroom).xpath("//li/a/@href")

    assert "/feeds/keywords/%E7%99%BD%E9%B9%AD.atom" in links
    assert all(link.isascii() for link in links)


def test_feed_readers_find_the_single_feeds(newsroom):
    links = page(newsroom).xpath('//head/link[@rel="alternate"]/@href')

    assert links == ["/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json"]


def test_it_speaks_both_languages(newsroom):
    text = page(newsroom).text_content()

    assert [
        words for words in ("关键词", "Keywords", "作者", "Authors", "签约媒体", "Partners") if words not in text
    ] == []


def test_names_with_markup_in_them_are_escaped(newsroom):
    assert b"<&>" not in newsroom.get("/feeds").body
    assert "C++ & <湿地" in page(newsroom).text_content()


def test_a_keyword_of_what_is_withdrawn_is_listed_no_more(newsroom):
    newsroom.published(id="w", type="article.withdrawn", data={"id": "hp-1", "version": 2})

    assert "白鹭" not in newsroom.get("/feeds").body.decode()


def test_a_keyword_of_what_a_person_refuses_to_the_public_is_listed_no_more(newsroom):
    newsroom.system.rule("hp-1", "public", decision="refused", by="孟晚晴", reason="待核实")
    newsroom.queue.run(newsroom.system.perform)

    assert "白鹭" not in newsroom.get("/feeds").body.decode()


def test_the_page_may_load_and_run_nothing(newsroom):
    assert newsroom.get("/feeds").headers["content-security-policy"].startswith("default-src 'none'; style-src")


@pytest.mark.parametrize("path", ["/feeds/keywords/%E5%B1%B1.rss", "/feeds/keywords/.rss", "/feeds/authors/a%2Fb.rss"])
def test_what_no_article_ever_had_has_no_feed(newsroom, path):
    assert newsroom.get(path).status == 404


# who asks too often


def test_who_asks_too_often_from_one_address_is_told_when_to_come_again(newsroom):
    answers = newsroom.ask_often(301, "/feeds/all.rss", address="203.0.113.7")

    assert [answer.status for answer in answers] == [200] * 300 + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].headers["cache-control"] == "no-store"


def test_a_token_may_ask_so_often_and_no_more_from_wherever_it_does(newsroom):
    key = newsroom.token("feeds:read", partner_id="chenbao")

    answers = newsroom.ask_often(61, "/feeds/partners/chenbao.rss", authorization=f"Bearer {key}")

    assert [answer.status for answer in answers] == [200] * 60 + [429]
    assert "this token" in answers[-1].json["detail"]


def test_who_tries_tokens_is_slowed_down_too(newsroom):
    wrong = f"Bearer sy_{'0' * 16}_{'A' * 43}"

    answers = newsroom.ask_often(301, "/feeds/partners/chenbao.rss", address="203.0.113.7", authorization=wrong)

    assert {answer.status for answer in answers[:-1]} == {401}
    assert answers[-1].status == 429


def test_probes_are_never_refused(newsroom):
    assert {answer.status for answer in newsroom.ask_often(400, "/healthz", address="203.0.113.7")} == {200}
