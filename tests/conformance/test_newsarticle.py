"""An article as schema.org has it, by itself and within a page: its rights where machines look for them."""

import json

import pytest
from lxml import html

from syndicate.formats import article_format
from syndicate.model.article import Origin
from syndicate.model.story import PictureRights
from tests.golden.formats.samples import (
    LICENCE,
    NOON,
    a_licence,
    a_licensed_story,
    a_picture,
    a_publisher,
    a_reprint,
    a_reprinted_story,
    a_retraction,
    a_story,
    an_article,
    the_story,
)

ENDS_THE_SCRIPT = "</script><script>alert(1)</script><!-- & \u2028"
STORIES = {
    "plain": a_story(),
    "with everything": the_story(),
    "a reprint": a_reprinted_story(),
    "bare": a_story(an_article(summary="", reporters=(), correspondents=(), keywords=(), editor="")),
    "under a licence of record": a_licensed_story(an_article(pictures=(a_picture(1),))),
    "without text": a_story().model_copy(update={"article": an_article().model_copy(update={"body_html": ""})}),
    "that would end the script": a_story(an_article(headline=ENDS_THE_SCRIPT[:-2], summary=ENDS_THE_SCRIPT)),
    "hostile": a_story(an_article(body_html="<p>𠀀 ]]> 👩‍🌾</p>", summary="坏\x0b字\ufffe")),
}
URLS = ("url", "license", "acquireLicensePage", "usageInfo", "contentUrl", "mainEntityOfPage")


def written(story) -> dict:
    return json.loads(article_format("schema-org").render(story, publisher=a_publisher()).body)


def page(story) -> html.HtmlElement:
    return html.document_fromstring(article_format("html").render(story, publisher=a_publisher()).body.decode())


def taken_back(name: str, **changes) -> str:
    return article_format(name).retract(a_retraction(**changes), publisher=a_publisher()).body.decode()


def within(document: object):
    """Every object in a document."""
    if isinstance(document, dict):
        yield document
        document = list(document.values())
    if isinstance(document, list):
        for inner in document:
            yield from within(inner)


# --- JSON-LD


@pytest.mark.parametrize("kind", STORIES)
def test_it_has_what_a_news_article_must_have_and_nothing_empty(kind):
    document = written(STORIES[kind])
    assert (document["@context"], document["@type"]) == ("https://schema.org", "NewsArticle")
    assert document.keys() >= {"headline", "datePublished", "dateModified", "author", "publisher", "inLanguage"}
    assert [found for found in within(document) for value in found.values() if value in ("", [], {}, None)] == []


@pytest.mark.parametrize("kind", STORIES)
def test_every_thing_says_its_type_and_every_link_is_absolute(kind):
    for found in within(written(STORIES[kind])):
        assert found["@type"] in {
            "NewsArticle",
            "Person",
            "Organization",
            "ImageObject",
        }
        assert [found[name] for name in URLS if name in found and not found[name].startswith("https://")] == []


def test_it_is_the_article_under_its_permanent_name_and_our_revision():
    document = written(a_story(revision=12))
    assert (document["@id"], document["version"]) == (a_story().uri, 12)
    assert document["articleBody"] == "据柳溪新闻网消息:(记者:林晓)石桥今晨通车。"


def test_it_names_who_wrote_who_edited_and_who_published():
    document = written(a_story())
    assert [each["name"] for each in document["author"]] == ["林晓", "周平", "吴桐"]
    assert (document["editor"]["name"], document["publisher"]["name"]) == ("郑安", "柳溪新闻网")


def test_where_nobody_is_named_the_house_wrote_it():
    assert [(each["@type"], each["name"]) for each in written(STORIES["bare"])["author"]] == [
        ("Organization", "柳溪新闻网")
    ]


def test_the_rights_stand_where_search_engines_look_for_them():
    document = written(a_story())
    assert document["copyrightHolder"] == {"@type": "Organization", "name": "柳溪县融媒体中心"}
    assert (document["copyrightYear"], document["copyrightNotice"]) == (2025, "© 2025 柳溪县融媒体中心")
    assert (document["license"], document["acquireLicensePage"]) == (LICENCE, LICENCE)
    assert document["creditText"] == "据柳溪新闻网消息:(记者:林晓)"


def test_the_year_is_that_of_the_publishers_clocks():
    assert written(a_story(published=NOON.replace(month=12, day=31, hour=20)))["copyrightYear"] == 2026


def test_a_partner_finds_the_policy_and_when_it_must_be_gone():
    document = written(STORIES["under a licence of record"])
    assert document["license"].endswith(f"/licence/{a_licence().version}")
    assert document["usageInfo"] == "https://feeds.example/policies/0123456789ab"
    assert document["expires"] == "2025-06-05T12:00:00+00:00"


def test_every_picture_has_its_maker_its_credit_and_its_licence():
    (image,) = written(STORIES["under a licence of record"])["image"]
    assert image["contentUrl"] == "https://news.example/img/1.jpg"
    assert (image["creator"]["name"], image["creditText"]) == ("林晓", "记者:林晓 摄")
    assert image["copyrightNotice"] == "© 2025 柳溪县融媒体中心"
    assert image["license"].endswith(a_licence().version)
    assert image["acquireLicensePage"].endswith(a_licence().version)


def test_anothers_picture_is_neither_under_our_licence_nor_to_be_had_from_us():
    story = a_story(an_article(pictures=(a_picture(1),)))
    theirs = PictureRights(holder="远山日报", copyright="图片来源:远山日报")
    terms = story.terms.model_copy(update={"pictures": {"https://news.example/img/1.jpg": theirs}})
    (image,) = written(story.model_copy(update={"terms": terms}))["image"]
    assert (image["copyrightHolder"]["name"], image["copyrightNotice"]) == ("远山日报", "图片来源:远山日报")
    assert not image.keys() & {"license", "acquireLicensePage"}


def test_a_reprint_is_based_on_its_original_and_never_under_our_licence():
    document = written(a_reprinted_story())
    assert document["isBasedOn"] == {
        "@type": "NewsArticle",
        "url": "https://far.example/road",
        "headline": "山那边的路",
        "author": {"@type": "Person", "name": "何远"},
        "publisher": {"@type": "Organization", "name": "远山日报"},
    }
    assert (document["copyrightHolder"]["name"], document["author"][0]["name"]) == ("远山日报", "何远")
    assert not document.keys() & {"license", "acquireLicensePage", "usageInfo", "copyrightYear"}


def test_a_reprint_whose_author_is_not_known_is_its_sources():
    story = a_reprinted_story()
    article = a_reprint(origin=Origin(kind="reprint", source="远山日报"))
    (author,) = written(story.model_copy(update={"article": article}))["author"]
    assert author == {"@type": "Organization", "name": "远山日报"}


def test_an_embargo_is_when_it_is_to_be_published():
    assert written(a_story(an_article(embargo_until=NOON)))["publication"]["startDate"] == NOON.isoformat()


def test_a_retraction_is_withdrawn_under_the_same_name_with_the_reason_and_no_text():
    document = json.loads(taken_back("schema-org"))
    assert (document["@id"], document["version"]) == (a_story().uri, 8)
    assert (document["creativeWorkStatus"], document["correction"]["text"]) == ("Withdrawn", "通车日期有误")
    assert not document.keys() & {"articleBody", "description", "image", "author"}


# --- the page


@pytest.mark.parametrize("kind", STORIES)
def test_the_page_holds_the_same_statement_as_json_ld_but_for_the_text(kind):
    found = page(STORIES[kind])
    (script,) = found.xpath("//script")
    whole = written(STORIES[kind])
    whole.pop("articleBody", None)
    assert (script.get("type"), json.loads(script.text)) == ("application/ld+json", whole)


def test_the_page_says_its_language_its_title_and_where_it_is_at_home():
    found = page(a_story())
    assert (found.get("lang"), found.findtext(".//title")) == ("zh-CN", an_article().headline)
    assert found.xpath("//link[@rel='canonical']/@href") == ["https://news.example/a/1.html"]


def test_the_page_links_to_the_licence_and_reserves_mining():
    found = page(STORIES["under a licence of record"])
    assert found.xpath("//link[@rel='license']/@href") == [f"https://feeds.example/licence/{a_licence().version}"]
    assert found.xpath("//meta[@name='tdm-reservation']/@content") == ["1"]
    assert found.xpath("//meta[@name='tdm-policy']/@content") == ["https://feeds.example/policies/public"]


def test_a_reprints_page_has_no_licence_of_ours_and_no_policy():
    found = page(a_reprinted_story())
    assert found.xpath("//link[@rel='license'] | //meta[@name='tdm-policy']") == []


def test_the_page_carries_the_body_as_it_is_with_its_notices():
    text = article_format("html").render(a_story(), publisher=a_publisher()).body.decode()
    assert an_article().body_html in text


def test_no_text_can_end_the_script_or_the_title():
    text = article_format("html").render(STORIES["that would end the script"], publisher=a_publisher()).body.decode()
    assert text.count("<script") == text.count("</script>") == 1
    assert "alert(1)" in page(STORIES["that would end the script"]).findtext(".//title")


def test_a_page_that_is_withdrawn_says_so_and_holds_no_word_of_the_article():
    text = taken_back("html")
    assert "本文已由柳溪新闻网撤回。" in text
    assert "石桥" not in text
    assert json.loads(html.document_fromstring(text).xpath("//script")[0].text)["creativeWorkStatus"] == "Withdrawn"
