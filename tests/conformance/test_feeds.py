"""Every feed holds to its standard, and reads as it was meant, whatever the stories hold."""

import hashlib
import json
import locale
import os
import subprocess
import sys
from pathlib import Path

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicate.formats import FEED_FORMATS, whole
from syndicate.model.article import Origin
from syndicate.model.story import Feed, PictureRights, Story
from tests.golden.formats.samples import (
    LICENCE,
    NOON,
    a_feed,
    a_licence,
    a_licensed_story,
    a_mixed_story,
    a_picture,
    a_reprint,
    a_reprinted_story,
    a_story,
    an_article,
    the_feed,
)

ROOT = Path(__file__).parents[2]
ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
XML = "{http://www.w3.org/XML/1998/namespace}"
DCTERMS = "{http://purl.org/dc/terms/}"
RSL = "{https://rslstandard.org/rsl}"
UNSPECIFIED = "http://purl.org/atompub/license#unspecified"
THEIR_LICENCE = "https://far.example/terms"
XML_FORMATS = ("rss", "atom")


def _hostile_feed() -> Feed:
    bad = "坏\x0b字\x00符\ufffe与\ud800半"
    picture = a_picture().model_copy(update={"caption": bad})
    article = an_article(pictures=(picture,)).model_copy(
        update={
            "headline": bad,
            "summary": bad,
            "body_html": f"<p>{bad}</p>",
            "keywords": (bad,),
            "reporters": (bad,),
            "editor": bad,
        }
    )
    return a_feed(a_story(article), a_story(an_article(id="a-9")))


def _a_reprint(*, licence_url: str = "") -> Story:
    """A reprint with no address, and with its own licence if it told one."""
    story = a_reprinted_story()
    article = a_reprint(origin=Origin(kind="reprint", source="远山日报"))
    terms = story.terms.model_copy(update={"licence_url": licence_url})
    return story.model_copy(update={"article": article, "terms": terms})


def _a_link(*, licence_url: str = "") -> Story:
    """A reprint as public feeds may have it: title, source and link."""
    story = _a_reprint(licence_url=licence_url)
    bare = {"summary": "", "body_html": "", "pictures": (), "keywords": ()}
    return story.model_copy(update={"article": story.article.model_copy(update=bare)})


FEEDS = {
    "empty": a_feed(),
    "one entry": a_feed(a_story()),
    "without full text": a_feed(a_story(), body=False),
    "without summary": a_feed(a_story(an_article(summary=""))),
    "without summary or full text": a_feed(a_story(an_article(summary="")), body=False),
    "a reprint": a_feed(a_reprinted_story()),
    "ours with others' words in it": a_feed(a_mixed_story()),
    "twenty pictures": a_feed(a_story(an_article(pictures=tuple(a_picture(n) for n in range(1, 21))))),
    "rare characters": the_feed(),
    "hostile characters": _hostile_feed(),
    "a reprint of which little is known": a_feed(_a_reprint()),
    "a reprint as title, source and link": a_feed(_a_link(), a_story(), body=False),
    "a reprint as title, source and link, under its own licence": a_feed(_a_link(licence_url=THEIR_LICENCE)),
    "a reprint under its own licence": a_feed(_a_reprint(licence_url=THEIR_LICENCE)),
    "under a licence of record": a_feed(
        a_licensed_story(an_article(pictures=(a_picture(1), a_picture(2)))), a_reprinted_story(), licence=a_licence()
    ),
}


def rendered(name: str, feed: Feed) -> bytes:
    return whole(name, feed).body


def rss_item(feed: Feed) -> etree._Element:
    return etree.fromstring(rendered("rss", feed)).find("channel/item")


def atom_entry(feed: Feed) -> etree._Element:
    return etree.fromstring(rendered("atom", feed)).find(f"{ATOM}entry")


def json_item(feed: Feed) -> dict:
    return json.loads(rendered("json", feed))["items"][0]


@pytest.mark.parametrize("kind", FEEDS)
def test_atom_holds_to_the_grammar_of_rfc_4287(shared_schemas, kind):
    grammar = etree.RelaxNG(etree.parse(shared_schemas / "atom.rng"))
    grammar.assertValid(etree.fromstring(rendered("atom", FEEDS[kind])))


def test_the_grammar_tells_a_feed_that_lacks_its_id(shared_schemas):
    grammar = etree.RelaxNG(etree.parse(shared_schemas / "atom.rng"))
    root = etree.fromstring(rendered("atom", FEEDS["one entry"]))
    root.remove(root.find(f"{ATOM}id"))
    assert not grammar.validate(root)


@pytest.mark.parametrize("kind", FEEDS)
@pytest.mark.parametrize("name", XML_FORMATS)
def test_a_reader_finds_every_entry_under_its_permanent_name(name, kind):
    feed = FEEDS[kind]
    read = feedparser.parse(rendered(name, feed))
    assert (read.bozo, [entry.id for entry in read.entries]) == (False, [story.uri for story in feed.stories])


@pytest.mark.parametrize("kind", FEEDS)
def test_json_feed_has_what_version_1_1_requires(kind):
    document = json.loads(rendered("json", FEEDS[kind]))
    assert next(iter(document)) == "version"
    assert document.keys() >= {"version", "title", "items", "feed_url", "home_page_url", "authors", "language"}
    for item in document["items"]:
        assert item["id"]
        assert bool(item.get("content_html")) != bool(item.get("content_text"))


@pytest.mark.parametrize("name", FEED_FORMATS)
def test_the_rendition_says_which_media_type_it_has(name):
    wanted = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
    assert whole(name, a_feed()).media_type == wanted[name]


def test_entries_stand_in_the_order_given():
    feed = a_feed(a_story(an_article(id="new")), a_story(an_article(id="old")))
    assert [item["id"][-3:] for item in json.loads(rendered("json", feed))["items"]] == ["new", "old"]
    assert [entry.id[-3:] for entry in feedparser.parse(rendered("rss", feed)).entries] == ["new", "old"]


# --- dates, clock and locale


def test_rss_dates_are_english_with_a_four_digit_year():
    assert rss_item(a_feed(a_story())).findtext("pubDate") == "Tue, 06 May 2025 12:00:00 +0000"


def test_last_build_date_is_when_the_feed_changed():
    channel = etree.fromstring(rendered("rss", a_feed())).find("channel")
    assert [each.text for each in channel.findall("lastBuildDate")] == ["Tue, 06 May 2025 15:00:00 +0000"]


def test_atom_updated_moves_with_significant_changes_only():
    story = a_story(modified=NOON.replace(year=2026))
    assert atom_entry(a_feed(story)).findtext(f"{ATOM}updated") == "2025-05-06T13:00:00+00:00"


@pytest.mark.parametrize("name", FEED_FORMATS)
def test_the_locale_of_the_process_is_never_touched(monkeypatch, name):
    def refuse(*_: object) -> str:
        raise AssertionError("setlocale changes the locale under the feet of every thread")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert rendered(name, the_feed())


DIGEST_ALL = """
import hashlib
from syndicate.formats import FEED_FORMATS, feed_format, whole
from tests.golden.formats.samples import the_feed
for name in sorted(FEED_FORMATS):
    print(hashlib.sha256(whole(name, the_feed()).body).hexdigest())
"""


@pytest.mark.parametrize(
    "surroundings",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "77", "TZ": "America/St_Johns", "LC_ALL": "zh_CN.UTF-8"},
    ],
)
def test_another_process_writes_the_same_bytes(surroundings):
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    told = subprocess.run(
        [sys.executable, "-c", DIGEST_ALL],
        env=os.environ | surroundings | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    here = [hashlib.sha256(rendered(name, the_feed())).hexdigest() for name in sorted(FEED_FORMATS)]
    assert told.stdout.split() == here


# --- the frame


def test_rss_says_what_the_best_practices_ask_of_a_channel():
    channel = etree.fromstring(rendered("rss", a_feed())).find("channel")
    told = {name: channel.findtext(name) for name in ("title", "link", "language", "copyright", "ttl", "generator")}
    assert told == {
        "title": "柳溪乡村",
        "link": "https://news.example/",
        "language": "zh-cn",
        "copyright": "© 柳溪县融媒体中心",
        "ttl": "10",
        "generator": "syndicate",
    }


@pytest.mark.parametrize("name", XML_FORMATS)
def test_a_feed_names_its_own_address_once(name):
    root = etree.fromstring(rendered(name, FEEDS["rare characters"]))
    own = [link.get("href") for link in root.iter(f"{ATOM}link") if link.get("rel") == "self"]
    assert own == [f"https://feeds.example/feeds/village.{name}"]


def test_the_feed_has_a_permanent_name_that_no_address_is_part_of():
    root = etree.fromstring(rendered("atom", a_feed(base_url="https://elsewhere.example")))
    assert root.findtext(f"{ATOM}id") == "tag:news.example,2020-01-01:feed:village"


def test_the_feeds_author_is_the_publisher():
    root = etree.fromstring(rendered("atom", a_feed()))
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "柳溪新闻网"


def test_no_extension_element_of_an_atom_feed_stands_after_its_first_entry():
    root = etree.fromstring(rendered("atom", the_feed()))
    first = next(place for place, child in enumerate(root) if child.tag == f"{ATOM}entry")
    assert {child.tag for child in root[first:]} == {f"{ATOM}entry"}


# --- text


def test_full_text_follows_its_summary_in_rss():
    names = [child.tag for child in rss_item(a_feed(a_story()))]
    assert names.index("description") < names.index(f"{CONTENT}encoded")


@pytest.mark.parametrize("body", [True, False])
def test_a_summary_is_escaped_as_html_in_rss(body):
    assert rss_item(a_feed(a_story(), body=body)).findtext("description") == "三年工期 &lt;提前&gt; 半年完成 &amp; 通车"


@pytest.mark.parametrize("name", FEED_FORMATS)
def test_a_feed_without_full_text_leaks_none(name):
    secret = an_article(body_html="<p>只给签约单位的全文</p>")
    assert "只给签约单位".encode() not in rendered(name, a_feed(a_story(secret), body=False))


def test_rss_without_full_text_and_summary_goes_by_its_title():
    item = rss_item(a_feed(a_story(an_article(summary="")), body=False))
    assert (item.find("description"), item.findtext("title")) == (None, "石桥修好了,村民不再绕路")


def test_atom_without_full_text_and_summary_repeats_its_headline():
    entry = atom_entry(a_feed(a_story(an_article(summary="")), body=False))
    assert entry.findtext(f"{ATOM}summary") == "石桥修好了,村民不再绕路"


def test_atom_content_is_html_with_its_language_and_base():
    content = atom_entry(a_feed(a_story())).find(f"{ATOM}content")
    assert dict(content.attrib) == {
        "type": "html",
        f"{XML}base": "https://news.example/a/1.html",
        f"{XML}lang": "zh-CN",
    }


@pytest.mark.parametrize("name", FEED_FORMATS)
@pytest.mark.parametrize("body", ["<p>结尾 ]]> 之后</p>", "<p>𠀀𪚥 👩‍🌾</p>"])
def test_the_body_comes_back_as_it_went_in(name, body):
    feed = a_feed(a_story(an_article(body_html=body)))
    read = {
        "rss": lambda: rss_item(feed).findtext(f"{CONTENT}encoded"),
        "atom": lambda: atom_entry(feed).findtext(f"{ATOM}content"),
        "json": lambda: json_item(feed)["content_html"],
    }
    assert read[name]() == body


@pytest.mark.parametrize("name", FEED_FORMATS)
def test_characters_that_no_feed_may_carry_are_dropped_and_the_rest_stays(name):
    assert "坏字符与半" in rendered(name, _hostile_feed()).decode()


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec=None), min_size=1, max_size=20))
def test_no_text_whatever_stops_a_feed(text):
    article = an_article().model_copy(update={"headline": text, "summary": text, "body_html": text})
    feed = a_feed(a_story(article), a_story(an_article(id="a-9")))
    assert len(etree.fromstring(rendered("rss", feed)).findall("channel/item")) == 2
    assert len(etree.fromstring(rendered("atom", feed)).findall(f"{ATOM}entry")) == 2
    assert len(json.loads(rendered("json", feed))["items"]) == 2


# --- people and rights


def test_every_reporter_and_correspondent_is_named():
    feed = a_feed(a_story())
    wanted = ["林晓", "周平", "吴桐"]
    assert [each.text for each in rss_item(feed).findall(f"{DC}creator")] == wanted
    assert [each.text for each in atom_entry(feed).findall(f"{ATOM}author/{ATOM}name")] == wanted
    assert [each["name"] for each in json_item(feed)["authors"]] == wanted


def test_every_entry_states_its_rights_in_words():
    feed, wanted = a_feed(a_story()), "© 2025 柳溪县融媒体中心 未经书面许可不得转载"
    assert rss_item(feed).findtext(f"{DC}rights") == wanted
    assert atom_entry(feed).findtext(f"{ATOM}rights") == wanted


@pytest.mark.parametrize("entry", [rss_item, atom_entry])
def test_every_entry_links_to_its_licence_by_name(entry):
    links = [link for link in entry(a_feed(a_story())).findall(f"{ATOM}link") if link.get("rel") == "license"]
    assert [(link.get("href"), bool(link.get("title"))) for link in links] == [(LICENCE, True)]


def test_an_atom_entry_has_one_alternate_link_and_no_more():
    links = atom_entry(FEEDS["twenty pictures"]).findall(f"{ATOM}link")
    assert [link.get("href") for link in links if link.get("rel", "alternate") == "alternate"] == [
        "https://news.example/a/1.html"
    ]


def test_the_feed_itself_grants_nothing_that_an_entry_could_inherit():
    root = etree.fromstring(rendered("atom", the_feed()))
    assert root.find(f"{ATOM}rights") is None
    assert "license" not in [link.get("rel") for link in root.findall(f"{ATOM}link")]


@pytest.mark.parametrize("entry", [rss_item, atom_entry])
def test_a_reprint_is_never_put_under_our_licence(entry):
    hrefs = [link.get("href") for link in entry(a_feed(a_reprinted_story())).findall(f"{ATOM}link[@rel='license']")]
    assert hrefs == ["http://purl.org/atompub/license#unspecified"]


def test_a_reprint_names_its_author_and_where_it_was_taken_from():
    item, entry = rss_item(a_feed(a_reprinted_story())), atom_entry(a_feed(a_reprinted_story()))
    assert (item.findtext(f"{DC}creator"), item.findtext("source")) == ("何远", "远山日报")
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "何远"
    assert entry.findtext(f"{ATOM}source/{ATOM}id") == "https://far.example/road"
    assert json_item(a_feed(a_reprinted_story()))["external_url"] == "https://far.example/road"


def test_the_editor_of_a_reprint_is_its_contributor_and_not_its_author():
    entry = atom_entry(a_feed(a_reprinted_story()))
    assert [each.text for each in entry.findall(f"{ATOM}contributor/{ATOM}name")] == ["郑安"]
    assert [each.text for each in entry.findall(f"{ATOM}author/{ATOM}name")] == ["何远"]


def test_an_item_has_a_permanent_name_that_is_no_address():
    guid = rss_item(a_feed(a_story())).find("guid")
    assert (guid.get("isPermaLink"), guid.text) == ("false", "tag:news.example,2020-01-01:article:a-1")


def test_an_item_has_at_most_one_enclosure_and_all_of_its_pictures():
    item = rss_item(FEEDS["twenty pictures"])
    assert (len(item.findall("enclosure")), len(item.findall(f"{MEDIA}content"))) == (1, 20)
    assert item.find(f"{MEDIA}group") is None


@pytest.mark.parametrize("entry", [rss_item, atom_entry])
def test_ours_with_others_words_in_it_is_not_under_our_licence_either(entry):
    hrefs = [link.get("href") for link in entry(a_feed(a_mixed_story())).findall(f"{ATOM}link[@rel='license']")]
    assert hrefs == ["http://purl.org/atompub/license#unspecified"]


def test_it_is_signed_by_our_people_and_names_where_the_others_words_were_taken_from():
    feed = a_feed(a_mixed_story())
    assert rss_item(feed).findtext(f"{DC}creator") == atom_entry(feed).findtext(f"{ATOM}author/{ATOM}name") == "林晓"
    assert rss_item(feed).findtext("source") == "远山日报"
    assert json_item(feed)["_syndicate"]["source"] == "远山日报"


def test_json_feed_says_once_what_its_extension_means():
    document = json.loads(rendered("json", the_feed()))
    assert document["_syndicate"] == {"about": LICENCE}
    assert document["items"][0]["_syndicate"]["licence"] == LICENCE


def test_text_made_with_an_ai_is_labelled_in_every_format():
    feed = a_feed(a_story(an_article(ai_label="generated")))
    assert "trainedAlgorithmicMedia" in [each.text for each in rss_item(feed).findall("category")]
    assert "trainedAlgorithmicMedia" in [each.get("term") for each in atom_entry(feed).findall(f"{ATOM}category")]
    assert json_item(feed)["_syndicate"]["digital_source_type"].endswith("/trainedAlgorithmicMedia")


# --- pictures


@pytest.mark.parametrize("entry", [rss_item, atom_entry])
def test_every_picture_goes_with_its_credit_and_licence(entry):
    contents = entry(FEEDS["twenty pictures"]).findall(f"{MEDIA}content")
    assert len(contents) == 20
    for content in contents:
        credit = content.find(f"{MEDIA}credit")
        assert (credit.text, credit.get("role"), credit.get("scheme")) == ("记者:林晓 摄", "photographer", "urn:ebu")
        assert content.find(f"{MEDIA}copyright").get("url") == LICENCE


@pytest.mark.parametrize("name", XML_FORMATS)
def test_no_element_is_written_that_the_validator_calls_an_error(name):
    root = etree.fromstring(rendered(name, FEEDS["twenty pictures"]))
    assert not {each.tag for each in root.iter()} & {f"{MEDIA}{bad}" for bad in ("license", "rights", "group")}


def test_rss_encloses_the_first_picture_whose_size_is_known_and_no_other():
    pictures = (a_picture(1, size_bytes=None), a_picture(2), a_picture(3))
    enclosures = rss_item(a_feed(a_story(an_article(pictures=pictures)))).findall("enclosure")
    assert [dict(each.attrib) for each in enclosures] == [
        {"url": "https://news.example/img/2.jpg", "length": "1002", "type": "image/jpeg"}
    ]


def test_a_picture_left_out_leaves_no_credit_behind():
    story = a_story(an_article(pictures=(a_picture(1), a_picture(2))))
    fewer = story.model_copy(update={"article": an_article(pictures=(a_picture(1),))})
    assert all(b"img/2.jpg" not in rendered(name, a_feed(fewer)) for name in FEED_FORMATS)


# --- rights, for machines


def licence_links(element: etree._Element) -> list[str]:
    return [link.get("href") for link in element.findall(f"{ATOM}link[@rel='license']")]


def test_rss_names_the_holder_of_the_rights_the_licence_and_when_it_was_changed():
    item = rss_item(a_feed(a_story()))
    assert item.findtext(f"{DCTERMS}rightsHolder") == "柳溪县融媒体中心"
    assert item.findtext(f"{DCTERMS}license") == LICENCE
    assert item.findtext(f"{DCTERMS}modified") == "2025-05-06T14:00:00+00:00"


@pytest.mark.parametrize("entry", [rss_item, atom_entry])
def test_a_reprint_that_tells_its_own_licence_has_that_and_no_other(entry):
    assert licence_links(entry(FEEDS["a reprint under its own licence"])) == [THEIR_LICENCE]


def test_a_reprint_under_no_known_licence_names_none_in_dublin_core():
    item = rss_item(a_feed(a_reprinted_story()))
    assert (item.find(f"{DCTERMS}license"), item.findtext(f"{DCTERMS}rightsHolder")) == (None, "远山日报")


def test_a_reprint_has_a_source_of_its_own_even_where_its_address_is_not_known():
    entry = atom_entry(FEEDS["a reprint of which little is known"])
    source = entry.find(f"{ATOM}source")
    assert source.findtext(f"{ATOM}id") == ("tag:news.example,2020-01-01:source:%E8%BF%9C%E5%B1%B1%E6%97%A5%E6%8A%A5")
    assert {child.tag for child in source} == {
        f"{ATOM}{name}" for name in ("id", "title", "updated", "author", "rights")
    }
    assert licence_links(entry) == [UNSPECIFIED]


@pytest.mark.parametrize("entry", [rss_item, atom_entry])
def test_anothers_picture_is_never_under_our_licence(entry):
    story = a_story(an_article(pictures=(a_picture(1), a_picture(2))))
    theirs = PictureRights(holder="远山日报", copyright="图片来源:远山日报")
    pictures = story.terms.pictures | {"https://news.example/img/2.jpg": theirs}
    mixed = story.model_copy(update={"terms": story.terms.model_copy(update={"pictures": pictures})})
    found = [(each.text, each.get("url")) for each in entry(a_feed(mixed)).iter(f"{MEDIA}copyright")]
    assert found == [("© 2025 柳溪县融媒体中心", LICENCE), ("图片来源:远山日报", None)]


def test_json_feed_says_which_version_of_the_licence_whose_it_is_and_until_when():
    item = json_item(FEEDS["under a licence of record"])["_syndicate"]
    assert (item["licence_id"], item["licence_version"]) == ("liuxi", a_licence().version)
    assert item["licence"] == f"https://feeds.example/licence/{a_licence().version}"
    assert (item["ours"], item["holder"], item["tdm_reservation"]) == (True, "柳溪县融媒体中心", 1)
    assert item["expires"] == "2025-06-05T12:00:00+00:00"


def near(story: Story) -> Feed:
    """A feed that is served where its articles are read."""
    return a_feed(story, licence=a_licence(), base_url="https://news.example")


def test_rss_has_the_licence_in_rsl_where_its_articles_are_read_on_its_own_origin():
    root = etree.fromstring(rendered("rss", near(a_licensed_story())))
    (content,) = root.iter(f"{RSL}content")
    assert root.nsmap["rsl"] == RSL.strip("{}")
    assert (content.getparent().tag, content.get("url")) == ("item", "https://news.example/a/1.html")
    told = [(child.tag.removeprefix(RSL), child.get("type"), child.text) for child in content.find(f"{RSL}license")]
    assert told == [
        ("permits", "usage", "search"),
        ("prohibits", "usage", "ai-all"),
        ("legal", "contact", "mailto:desk@news.example"),
    ]
    assert [child.tag.removeprefix(RSL) for child in content] == ["license", "copyright", "terms"]
    assert content.findtext(f"{RSL}terms") == a_licensed_story().terms.licence_url


@pytest.mark.parametrize(
    "feed",
    [
        a_feed(a_licensed_story(), licence=a_licence()),
        a_feed(a_licensed_story(), licence=a_licence(), base_url="http://news.example"),
        near(a_reprinted_story()),
        a_feed(a_story(), base_url="https://news.example"),
    ],
    ids=["another host", "another scheme", "a reprint", "no licence of record"],
)
def test_rss_has_no_rsl_elsewhere(feed):
    assert list(etree.fromstring(rendered("rss", feed)).iter(f"{RSL}content")) == []


def test_whoever_permits_machines_nothing_says_so_in_rsl():
    feed = a_feed(a_story(), licence=a_licence(permits=(), prohibits=()), base_url="https://news.example")
    (terms,) = etree.fromstring(rendered("rss", feed)).iter(f"{RSL}license")
    assert [(child.tag, child.text) for child in terms][:1] == [(f"{RSL}prohibits", "all")]
