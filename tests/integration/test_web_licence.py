"""Can everybody read the terms, as they are and as they ever were?"""

import pytest
from lxml import etree, html

from tests.fakes.web_newsroom import BASE, a_newsroom

LICENCE = """
id = "hupan"
permits = ["search"]
prohibits = ["ai-all"]
[text.zh-CN]
title = "湖畔网内容使用许可 <1>"
paragraphs = ["没有书面协议，不得转载。"]
[text.en]
title = "Licence of Hupan"
paragraphs = ["No reuse without a written agreement."]
"""


@pytest.fixture
def plain(tmp_path):
    with a_newsroom(tmp_path) as newsroom:
        yield newsroom


@pytest.fixture
def newsroom(tmp_path):
    with a_newsroom(tmp_path, licence=LICENCE) as newsroom:
        yield newsroom


def version_of(newsroom) -> str:
    return newsroom.system.newsroom.licence.version


def page_of(newsroom, version) -> html.HtmlElement:
    return html.document_fromstring(newsroom.get(f"/licence/{version}").body.decode())


def test_the_short_address_leads_to_the_version_in_force(newsroom):
    answer = newsroom.get("/licence")

    assert (answer.status, answer.headers["location"]) == (302, f"{BASE}/licence/{version_of(newsroom)}")


def test_the_page_says_both_languages_with_id_version_and_digest(newsroom):
    licence = newsroom.system.newsroom.licence
    page = page_of(newsroom, licence.version)

    assert [section.get("lang") for section in page.xpath("//section")] == ["zh-CN", "en"]
    text = page.text_content()
    for said in ("没有书面协议，不得转载。", "No reuse without", licence.id, licence.version, licence.digest, "现行"):
        assert said in text
    assert page.xpath('//link[@rel="canonical"]/@href') == [f"{BASE}/licence/{licence.version}"]


def test_the_page_may_load_and_run_nothing_and_escapes_what_it_shows(newsroom):
    answer = newsroom.get(f"/licence/{version_of(newsroom)}")

    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert b"<1>" not in answer.body


def test_a_version_is_remembered_when_it_is_first_used_and_says_since_when(newsroom):
    assert "尚未使用" in page_of(newsroom, version_of(newsroom)).text_content()

    newsroom.published()

    assert page_of(newsroom, version_of(newsroom)).xpath("//time/@datetime") == ["2026-05-06T10:00:00+08:00"]


def test_a_former_version_is_served_for_ever_and_says_that_it_is_superseded(newsroom, tmp_path):
    newsroom.published()
    former = version_of(newsroom)
    with a_newsroom(
        tmp_path / "later", licence=LICENCE.replace("不得转载", "不得转载和链接"), ledger=newsroom
    ) as later:
        later.system.begin()

        assert version_of(later) != former
        text = page_of(later, former).text_content()
        assert ("没有书面协议，不得转载。" in text, "已被取代" in text) == (True, True)
        assert later.get("/licence").headers["location"].endswith(version_of(later))
        assert "不得转载和链接" in page_of(later, version_of(later)).text_content()


@pytest.mark.parametrize("version", ["0123456789ab", "%00", "x" * 12, "x" * 300])
def test_a_version_that_never_was_is_not_found(newsroom, version):
    assert newsroom.get(f"/licence/{version}").status == 404


def test_without_a_licence_of_record_there_is_no_page_and_home_links_to_the_publishers_own(plain):
    assert plain.get("/licence").status == 404
    assert "https://www.hupan.example/版权" in plain.get("/").body.decode()


def test_home_links_to_the_version_in_force(newsroom):
    page = html.document_fromstring(newsroom.get("/").body.decode())

    assert page.xpath('//a[@rel="license"]/@href') == [f"{BASE}/licence/{version_of(newsroom)}"]


# For machines

RSL = "{https://rslstandard.org/rsl}"


def test_the_licence_in_rsl_is_of_everything_here(newsroom):
    answer = newsroom.get("/license.xml")

    assert (answer.status, answer.headers["content-type"]) == (200, "application/rsl+xml")
    root = etree.fromstring(answer.body)
    assert (root.tag, root.nsmap) == (f"{RSL}rsl", {None: RSL.strip("{}")})
    (content,) = root
    assert content.get("url") == "/"
    assert content.findtext(f"{RSL}license/{RSL}permits") == "search"
    assert content.findtext(f"{RSL}license/{RSL}prohibits") == "ai-all"
    assert content.findtext(f"{RSL}terms") == f"{BASE}/licence/{version_of(newsroom)}"


def test_robots_are_told_where_licence_and_sitemap_are_and_forbidden_nothing(newsroom):
    lines = newsroom.get("/robots.txt").body.decode().splitlines()

    told = [f"License: {BASE}/license.xml", "", "User-agent: *", "Allow: /", "", f"Sitemap: {BASE}/news-sitemap.xml"]
    assert lines == told


def test_the_reservation_of_mining_stands_where_the_protocol_wants_it(newsroom):
    answer = newsroom.get("/.well-known/tdmrep.json")

    assert answer.headers["content-type"] == "application/json"
    assert answer.json == [{"location": "/", "tdm-reservation": 1, "tdm-policy": f"{BASE}/policies/public"}]


def test_feeds_and_the_pages_of_the_licence_say_the_same_in_their_headers(newsroom):
    newsroom.published()

    for path in ("/feeds/all.rss", "/feeds/all.json", "/licence", f"/licence/{version_of(newsroom)}", "/license.xml"):
        headers = newsroom.get(path).headers
        assert (headers["tdm-reservation"], headers["tdm-policy"]) == ("1", f"{BASE}/policies/public")
        assert f'<{BASE}/licence/{version_of(newsroom)}>; rel="license"' in headers["link"]
        assert f'<{BASE}/license.xml>; rel="license"; type="application/rsl+xml"' in headers["link"]


def test_without_a_licence_of_record_mining_is_reserved_as_ever_and_there_is_no_more(plain):
    plain.published()

    assert plain.get("/license.xml").status == 404
    assert plain.get("/.well-known/tdmrep.json").json == [{"location": "/", "tdm-reservation": 1}]
    assert "License" not in plain.get("/robots.txt").body.decode()
    headers = plain.get("/feeds/all.rss").headers
    assert (headers["tdm-reservation"], "tdm-policy" in headers) == ("1", False)
    assert "application/rsl+xml" not in headers["link"]
