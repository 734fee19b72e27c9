"""What a dialect says as data is what stands in the feed: elements, dates, links, headlines, pictures, and no more."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError

from syndicate.formats import whole
from syndicate.formats._dialect_values import DATES, OF_FEED, OF_PICTURE, OF_STORY, SEVERAL, UNCUT
from syndicate.formats.dialect import left_out
from syndicate.formats.dialect_files import dialect_problems
from syndicate.markup.characters import legal
from syndicate.markup.tags import ALLOWED
from syndicate.markup.text import text_of
from syndicate.model.dialect import Dialect
from syndicate.model.story import Feed, FeedDefinition, Story
from tests.golden.dialects.samples import (
    BODY,
    a_dialect_feed,
    a_hostile_story,
    a_reprinted_story,
    a_story_with_pictures,
    an_own_story,
    told,
)
from tests.golden.formats.samples import a_picture, an_article, the_feed

TITLE = [{"element": "title", "value": "title"}]
PLAIN: dict[str, Any] = {"channel": TITLE, "item": [{"element": "content", "value": "body"}]}


def a_dialect(*item: dict[str, Any], **changes: Any) -> Dialect:
    return Dialect.model_validate({**PLAIN, "item": item or PLAIN["item"], **changes})


def written(spoken: Dialect, *stories: Story, body: bool = True) -> str:
    return whole("rss", a_dialect_feed(spoken, *(stories or [an_own_story()]), body=body)).body.decode()


def item(*elements: dict[str, Any], story: Story | None = None, **changes: Any) -> list[str]:
    """The lines of the one item, without their indent."""
    lines = written(a_dialect(*elements, **changes), story or an_own_story()).splitlines()
    inside = lines[lines.index("    <item>") + 1 : lines.index("    </item>")]
    return [line.removeprefix(" " * 6) for line in inside]


# elements


def test_a_value_and_a_constant_stand_in_their_elements_in_the_order_told():
    lines = item({"element": "sort", "text": "news"}, {"element": "name", "value": "first-section"})

    assert lines == ["<sort>news</sort>", "<name>要闻</name>"]


def test_what_says_nothing_is_left_out_unless_it_has_something_to_say_otherwise():
    quiet = {"element": "genre", "value": "genre"}

    assert item(quiet, {"element": "kind", "value": "genre", "otherwise": "资讯"}) == ["<kind>资讯</kind>"]


def test_several_values_are_one_element_each_or_joined_in_one():
    each, joined = {"element": "tag", "value": "keywords"}, {"element": "tags", "value": "keywords", "join": ","}

    assert item(each, joined) == ["<tag>石桥</tag>", "<tag>交通</tag>", "<tags>石桥,交通</tags>"]


def test_the_source_is_a_bare_name_ours_or_the_one_whose_words_they_are():
    source = {"element": "source", "value": "source"}

    assert item(source) == ["<source>今日柳溪</source>"]
    assert item(source, story=a_reprinted_story()) == ["<source>远山日报</source>"]


def test_a_picture_has_an_element_for_each_and_at_most_so_many():
    element = {
        "element": "media:content",
        "each": "image",
        "times": 2,
        "attributes": {"medium": "image"},
        "attributes_from": {"url": "picture-url", "fileSize": "picture-size"},
        "children": [{"element": "media:credit", "value": "picture-credit"}],
    }

    lines = item(element, story=a_story_with_pictures(3), namespaces={"media": "http://search.yahoo.com/mrss/"})

    assert lines == [
        '<media:content medium="image" url="https://news.example/img/1.jpg" fileSize="1001">',
        "  <media:credit>记者:林晓 摄 1</media:credit>",
        "</media:content>",
        '<media:content medium="image" url="https://news.example/img/2.jpg" fileSize="1002">',
        "  <media:credit>记者:林晓 摄 2</media:credit>",
        "</media:content>",
    ]


def test_several_values_in_an_attribute_are_joined_and_none_there_is_cut():
    element = {"element": "a", "attributes_from": {"tags": "keywords", "url": "plain-url"}, "at_most_characters": 2}

    (line,) = item(element, {"element": "b", "each": "film"}, story=told(an_article()))

    assert line == '<a tags="石桥,交通" url="https://news.example/a/1.html"/>'


@pytest.mark.parametrize(("kind", "many"), [("picture", 4), ("image", 3), ("film", 1)])
def test_films_and_images_can_be_told_apart(kind: str, many: int):
    element = {"element": "picture", "each": kind, "attributes_from": {"url": "picture-url"}}

    assert len(item(element, story=a_story_with_pictures(3))) == many


def test_an_element_whose_only_values_say_nothing_is_left_out_with_its_constants():
    element = {"element": "via", "attributes": {"rel": "via"}, "attributes_from": {"href": "original-url"}}

    assert item(element, {"element": "here", "text": "1"}) == ["<here>1</here>"]
    assert item(element, story=a_reprinted_story()) == ['<via rel="via" href="https://far.example/road"/>']


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "<d>a &lt;b&gt; ]]&gt;</d>"),
        ({"cdata": True}, "<d><![CDATA[a <b> ]]]]><![CDATA[>]]></d>"),
        ({"html": True}, "<d>a &amp;lt;b&amp;gt; ]]&amp;gt;</d>"),
        ({"html": True, "cdata": True}, "<d><![CDATA[a &lt;b&gt; ]]&gt;]]></d>"),
        ({"at_most_characters": 3}, "<d>a…</d>"),
    ],
)
def test_words_are_escaped_or_in_cdata_or_shortened_as_the_element_says(changes: dict[str, Any], line: str):
    story = told(an_article(summary="a <b> ]]>"))

    assert item({"element": "d", "value": "summary", **changes}, story=story) == [line]


# dates


@pytest.mark.parametrize(
    ("form", "zone", "line"),
    [
        ("rfc-822", "", "<d>Tue, 06 May 2025 20:00:00 +0800</d>"),
        ("rfc-822", "UTC", "<d>Tue, 06 May 2025 12:00:00 +0000</d>"),
        ("rfc-3339", "", "<d>2025-05-06T20:00:00+08:00</d>"),
        ("%Y-%m-%d %H:%M:%S", "", "<d>2025-05-06 20:00:00</d>"),
        ("%Y-%m-%d %H:%M:%S %Z", "", "<d>2025-05-06 20:00:00 CST</d>"),
        ("%Y年%m月%d日 100%%", "America/New_York", "<d>2025年05月06日 100%</d>"),
    ],
)
def test_a_date_is_written_in_the_form_and_the_zone_told(form: str, zone: str, line: str):
    assert item({"element": "d", "value": "published"}, date=form, zone=zone) == [line]


# links


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://news.example/1", "https://news.example/1?utm_source=uc"),
        ("https://news.example/1?a=1&b=", "https://news.example/1?a=1&amp;b=&amp;utm_source=uc"),
        ("https://news.example/1?#top", "https://news.example/1?utm_source=uc#top"),
        ("https://news.example/1?utm_source=x&a=%20#top", "https://news.example/1?a=%20&amp;utm_source=uc#top"),
        ("https://news.example?utm_sources=x", "https://news.example?utm_sources=x&amp;utm_source=uc"),
    ],
)
def test_link_parameters_go_into_the_query_before_the_fragment_and_each_once(url: str, link: str):
    story = told(an_article(url=url))

    lines = item(
        {"element": "l", "value": "url"}, {"element": "p", "value": "plain-url"}, story=story,
        link_parameters={"utm_source": "uc"},
    )  # fmt: skip

    assert lines == [f"<l>{link}</l>", f"<p>{url.replace('&', '&amp;')}</p>"]


def test_what_a_link_parameter_says_is_percent_encoded():
    lines = item({"element": "l", "value": "url"}, story=told(an_article()), link_parameters={"from": "京山&x=1"})

    assert lines == ["<l>https://news.example/a/1.html?from=%E4%BA%AC%E5%B1%B1%26x%3D1</l>"]


@pytest.mark.parametrize(
    ("https", "links", "pictures"),
    [
        ("", ["http://old.example/?a=1&b=2#top"], 2),
        ("only", [], 1),
        ("upgrade", ["https://old.example/?a=1&b=2#top"], 2),
    ],
)
def test_addresses_that_are_not_https_are_kept_dropped_or_mended(https: str, links: list[str], pictures: int):
    plain = a_picture(2, url="http://news.example:80/img/2.jpg")
    story = told(
        an_article(pictures=(a_picture(1), plain)),
        body=BODY + f'<p><img src="{plain.url}"></p>',
    )
    elements = ({"element": "b", "value": "body"}, {"element": "i", "value": "picture-urls"})

    body, *found = item(*elements, story=story, https=https)

    inside = etree.fromstring(f"<r>{body}</r>".encode())[0].text
    assert [link for link in ("http://old", "https://old") if link in inside] == [link[:-21] for link in links]
    assert (inside.count("<img"), len(found)) == (pictures, pictures)
    assert ("记者:林晓 摄 2" in inside) == (pictures == 2)


def test_an_article_whose_own_address_is_not_https_is_left_out_where_only_https_is_taken():
    story = told(an_article(url="http://news.example:8080/1.html"))

    assert left_out(story.article, a_dialect(https="only")) == "the article's address isn't https"
    assert left_out(story.article, a_dialect(https="upgrade")) == "the article's address isn't https"
    assert "<item>" not in written(a_dialect(https="only"), story)


# headlines


def titled(headline: str, **limits: Any) -> list[str]:
    return item({"element": "t", "value": "headline"}, story=told(an_article(headline=headline)), title=limits)


def test_a_headline_too_short_is_left_out_with_the_reason_or_kept():
    spoken = a_dialect(title={"at_least": 20})
    reason = "the headline has 3 characters, and the dialect wants 20 at least"

    assert left_out(an_article(headline="桥通了"), spoken) == reason
    assert reason in written(spoken, told(an_article(headline="桥通了")))
    assert titled("桥通了", at_least=20, too_short="keep") == ["<t>桥通了</t>"]


@pytest.mark.parametrize("length", [20, 150])
def test_a_headline_as_long_as_the_limits_is_in(length: int):
    assert titled("桥" * length, at_least=20, at_most=150) == [f"<t>{'桥' * length}</t>"]


def test_a_headline_too_long_is_left_out_or_cut_with_a_mark():
    assert left_out(an_article(headline="桥" * 151), a_dialect(title={"at_most": 150})) == (
        "the headline has 151 characters, and the dialect takes 150 at most"
    )
    assert titled("桥" * 151, at_most=150, too_long="cut") == [f"<t>{'桥' * 149}…</t>"]


@pytest.mark.parametrize(
    ("headline", "most", "left"),
    [("桥👩\u200d🌾路", 4, "桥…"), ("e\u0301e\u0301e\u0301", 4, "e\u0301…"), ("桥 路通了", 3, "桥…")],
)
def test_no_character_is_cut_in_two(headline: str, most: int, left: str):
    assert titled(headline, at_most=most, too_long="cut") == [f"<t>{left}</t>"]


def test_rare_characters_count_twice_where_units_of_utf_16_are_counted():
    limits = {"at_most": 4, "too_long": "cut"}

    assert titled("𠮷林镇雪", **limits) == ["<t>𠮷林镇雪</t>"]
    assert titled("𠮷林镇雪", **limits, counted="utf-16") == ["<t>𠮷林…</t>"]


def test_what_is_left_out_names_the_article_and_is_a_comment_whatever_its_id():
    spoken = a_dialect(title={"at_least": 500})
    story = told(an_article(id="r--1---"))

    document = etree.fromstring(written(spoken, story).encode())

    (comment,) = document.iter(etree.Comment)
    assert comment.text.startswith(" tag:news.example,2020-01-01:article:r- -1- - - is left out: the headline has")


# how many


def test_the_newest_so_many_are_in_and_those_left_out_take_no_place():
    spoken = a_dialect({"element": "t", "value": "headline"}, {"element": "b", "value": "body"},
                       max_items=2, title={"at_least": 3})  # fmt: skip
    headlines = ["一号桥", "短", "二号桥", "短", "三号桥"]
    stories = [told(an_article(id=f"n-{number}", headline=name)) for number, name in enumerate(headlines)]

    document = written(spoken, *stories)

    assert [name for name in headlines if f"<t>{name}</t>" in document] == ["一号桥", "二号桥"]


def test_a_feed_in_the_standard_format_has_all_of_them_whatever_the_dialect_takes():
    feed = a_dialect_feed(a_dialect(max_items=1), an_own_story(), a_reprinted_story())
    standard = feed.model_copy(update={"definition": feed.definition.model_copy(update={"dialect": None})})

    for name in ("atom", "json"):
        assert whole(name, feed) == whole(name, standard)


# whose


def test_a_public_feed_has_no_dialect():
    with pytest.raises(ValidationError, match="a dialect is for one partner"):
        FeedDefinition(id="all", title="t", description="d", audience="public", dialect=a_dialect())


def test_a_feed_without_a_dialect_is_written_as_ever():
    assert b"atom:link" in whole("rss", the_feed()).body


def test_a_feed_without_full_text_has_none_in_a_dialect_either():
    summary = {"element": "d", "value": "summary"}

    assert "<content>" not in written(a_dialect(summary, *PLAIN["item"]), body=False)


# whatever it is


NAMES = st.sampled_from(["title", "link", "source", "link_3g", "x:y", "media:text", "a.b-c"])
TEXTS = st.sampled_from(["", "资讯", "]]>", "<b>&\"'\t\n", "\ufffe\x0b"])


def elements(values: list[str], *children: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Elements that say one of these values, or always the same, or have such children."""
    said = st.sampled_from(values).flatmap(_of_value) | TEXTS.map(lambda text: {"text": text})
    nested = [st.lists(one, max_size=2).map(lambda made: {"children": made}) for one in children]
    common = {
        "element": NAMES,
        "attributes": st.dictionaries(st.sampled_from(["rel", "x:rel"]), TEXTS),
        "attributes_from": st.dictionaries(st.sampled_from(["url", "media:url"]), st.sampled_from(values)),
        "html": st.booleans(),
        "cdata": st.sampled_from([None, True, False]),
        "at_most_characters": st.sampled_from([None, 1, 7]),
    }
    return st.tuples(st.fixed_dictionaries(common), st.one_of(said, *nested)).map(_together)


def _together(made: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    common, said = made
    return common | said | ({"at_most_characters": None} if said.get("value") in UNCUT else {})


def _of_value(value: str) -> st.SearchStrategy[dict[str, Any]]:
    made = {"value": st.just(value), "otherwise": TEXTS}
    if value in SEVERAL:
        made["join"] = st.sampled_from([None, "、", "]]>"])
    if value in DATES:
        made["date"] = st.sampled_from([None, "rfc-3339", "%Y<%m"])
    return st.fixed_dictionaries(made)


BESIDE = elements(sorted(OF_STORY.keys() - {"body"}))
PICTURED = st.tuples(
    elements(sorted(OF_PICTURE), elements(sorted(OF_PICTURE))), st.sampled_from(["picture", "image", "film"])
).map(lambda made: made[0] | {"each": made[1]})
DIALECTS = st.fixed_dictionaries(
    {
        "namespaces": st.just({"x": "urn:x", "media": "http://search.yahoo.com/mrss/"}),
        "text": st.sampled_from(["escaped", "cdata"]),
        "https": st.sampled_from(["", "only", "upgrade"]),
        "link_parameters": st.dictionaries(st.sampled_from(["utm_source", "a"]), TEXTS.filter(str.isprintable)),
        "body": st.fixed_dictionaries(
            {
                "tags": st.none() | st.lists(st.sampled_from(sorted(ALLOWED)), unique=True),
                "attributes": st.none() | st.just({}),
            }
        ),
        "channel": st.lists(elements(sorted(OF_FEED)), max_size=3),
        "item": st.lists(elements(sorted(OF_STORY.keys() - {"body"}), BESIDE, PICTURED) | PICTURED, max_size=4),
    }
)


@given(DIALECTS)
def test_whatever_the_dialect_the_document_is_xml_and_carries_what_we_owe(told: dict[str, Any]):
    spoken = Dialect.model_validate({**told, "item": [*told["item"], {"element": "whole", "value": "body"}]})
    assert [one for one in dialect_problems(spoken) if one.field != "body.tags"] == []
    stories = (an_own_story(), a_hostile_story(), a_reprinted_story(), a_story_with_pictures(2))

    document = etree.fromstring(written(spoken, *stories).encode())

    bodies = [text_of(body.text) for body in document.iter("whole")]
    assert len(bodies) == len(stories)
    for story, body in zip(stories, bodies, strict=True):
        owed = story.article.body_html[story.article.body_html.index('data-notice="copyright"') - 3 :]
        assert body.startswith(story.terms.attribution)
        assert body.endswith(text_of(owed))


@given(st.text(), st.text())
def test_whatever_a_headline_and_a_summary_say_they_are_read_back(headline: str, summary: str):
    story = an_own_story()
    article = story.article.model_copy(update={"headline": headline, "summary": summary})
    spoken = a_dialect({"element": "t", "value": "headline"}, {"element": "s", "value": "summary", "cdata": True},
                       *PLAIN["item"])  # fmt: skip

    document = etree.fromstring(written(spoken, story.model_copy(update={"article": article})).encode())

    said = legal(summary)[0].replace("\r\n", "\n").replace("\r", "\n")
    assert document.findtext("channel/item/t") == (" ".join(legal(headline)[0].split()) or article.id)
    assert document.findtext("channel/item/s") == (said if said.strip() else None)


def test_the_same_feed_has_the_same_bytes_and_an_entry_depends_on_no_other():
    spoken = a_dialect(*PLAIN["item"], channel=[{"element": "pubDate", "value": "changed"}])
    alone, among = written(spoken, a_reprinted_story()), written(spoken, an_own_story(), a_reprinted_story())

    entry = alone[alone.index("    <item>") : alone.index("  </channel>")]
    assert entry in among
    assert written(spoken) == written(spoken)


def test_what_updated_says_moves_only_when_the_article_does():
    spoken = a_dialect({"element": "m", "value": "updated"}, *PLAIN["item"])
    feed = a_dialect_feed(spoken, an_own_story())

    later: Feed = feed.model_copy(update={"changed": feed.changed.replace(year=2030)})

    assert whole("rss", feed) == whole("rss", later)
