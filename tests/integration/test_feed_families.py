"""Which feeds there are: by keyword, author, our own words only; and reprints as title, source and link, or nowhere."""

import json
from typing import Any

import feedparser
import pytest
from lxml import etree

from syndicate.formats import FEED_FORMATS
from syndicate.ledger import feeds
from syndicate.model.clearance import PUBLIC_LINKS
from syndicate.model.feed import FeedFamily
from tests.builders import NOON, STATE, an_agreement, an_event, hours, shipped_feeds
from tests.fakes.rehearsal import Rehearsal

ATOM = "{http://www.w3.org/2005/Atom}"
THEIR_LICENCE = "https://far.example/terms"
SUMMARY, TEXT, PICTURE = "水位一夜涨了两米。", "远山的水文站昨夜发出预警。", "https://far.example/img/gauge.jpg"
REPRINT = {
    "article": "r-1",
    "headline": "上游来水",
    "summary": SUMMARY,
    "body_html": f'<p>{TEXT}</p><p><img src="{PICTURE}"></p>',
    "pictures": [{"url": PICTURE, "caption": "水位尺", "owner": STATE}],
    "keywords": ["汛情"],
    "origin": {
        "kind": "reprint",
        "source": STATE,
        "original_title": "上游水位上涨",
        "original_author": "闻远",
        "original_url": "https://far.example/a/9.html",
        "licence": "转载须经远山通讯社同意",
        "licence_url": THEIR_LICENCE,
    },
}


def families(*told: dict[str, Any]) -> tuple[FeedFamily, ...]:
    words = {"title": "{site}", "description": "稿件"}
    return tuple(FeedFamily.model_validate(words | one) for one in told)


LINKS = families(
    {"id": "all", "reprints": "links", "body": "full"},
    {"id": "plain"},
    {"id": "own", "own_words_only": True},
    {"id": "keywords", "each": "keyword", "reprints": "links"},
    {"id": "sections", "each": "section"},
    {"id": "partners", "each": "partner", "body": "full"},
)


def headlines(system: Rehearsal, feed: str) -> list[str]:
    return [item["title"] for item in json.loads(system.feed(feed, "json"))["items"]]


def exists(system: Rehearsal, feed: str) -> bool:
    with system.ledger.read() as connection:
        return feeds.state(connection, feed) is not None


def every_byte(system: Rehearsal, feed: str) -> str:
    return "".join(system.feed(feed, name).decode() for name in FEED_FORMATS)


# by keyword, by author


def test_an_article_is_in_the_feed_of_each_of_its_keywords_and_authors(system: Rehearsal):
    system.publish(an_event(keywords=["渡口", "水利"], reporters=["顾晓舟"], correspondents=["陆明远"]))

    for feed in ("keywords/渡口", "keywords/水利", "authors/顾晓舟", "authors/陆明远"):
        assert headlines(system, feed) == ["老码头重新开渡"]


def test_a_keywords_feed_has_nothing_of_other_keywords(system: Rehearsal):
    system.publish(an_event(keywords=["渡口"]), an_event(article="a-2", headline="堤上植树", keywords=["渡口文化"]))

    assert headlines(system, "keywords/渡口") == ["老码头重新开渡"]


@pytest.mark.parametrize(
    ("changed", "left", "entered"),
    [
        ({"keywords": ["渔业"]}, "keywords/渡口", "keywords/渔业"),
        ({"keywords": ["渡口"], "reporters": ["陆明远"]}, "authors/顾晓舟", "authors/陆明远"),
    ],
)
def test_a_correction_takes_an_article_out_of_one_feed_and_into_another(system: Rehearsal, changed, left, entered):
    system.publish(an_event(keywords=["渡口"]))

    system.publish(an_event("updated", version=2, **changed))

    assert (headlines(system, left), headlines(system, entered)) == ([], ["老码头重新开渡"])


def test_a_withdrawal_takes_it_out_of_every_feed_that_it_was_ever_in(system: Rehearsal):
    system.publish(an_event(keywords=["渡口"]), an_event("updated", version=2, keywords=["渔业"]))

    system.publish(an_event("withdrawn", version=3))

    assert [headlines(system, name) for name in ("keywords/渡口", "keywords/渔业", "authors/顾晓舟")] == [[], [], []]


@pytest.mark.parametrize("keyword", ["..", "../../etc/hosts", "甲/乙", "水?利", "100%", "x.rss", "长" * 100])
def test_a_keyword_that_can_be_no_part_of_an_address_has_no_feed(system: Rehearsal, keyword: str):
    system.publish(an_event(keywords=[keyword, "渡口"]))

    with system.ledger.read() as connection:
        assert [one.id for one in feeds.every(connection) if "keywords/" in one.id] == ["keywords/渡口"]


def test_only_the_keywords_that_are_named_have_feeds(system: Rehearsal):
    system.feeds(*families({"id": "keywords", "each": "keyword", "names": ("水利",)}))

    system.publish(an_event(keywords=["渡口", "水利"]))

    assert (exists(system, "keywords/水利"), exists(system, "keywords/渡口")) == (True, False)


# our own words only


def test_the_feed_of_our_own_words_leaves_out_what_a_partner_gets_of_others(system: Rehearsal):
    told = {"each": "partner", "body": "full"}
    system.partner(agreement=an_agreement(reprints="cleared"))
    system.feeds(*families({"id": "partners", **told}, {"id": "ours", "own_words_only": True, **told}))
    may = {"pass_to": ["yunfeng"], "evidence": "授权书 7 号"}

    system.publish(an_event(), an_event(**REPRINT | {"origin": REPRINT["origin"] | {"rights": may}}))

    assert headlines(system, "partners/yunfeng") == ["老码头重新开渡", "上游来水"]
    assert headlines(system, "ours/yunfeng") == ["老码头重新开渡"]


def test_what_turns_out_to_be_anothers_leaves_the_feeds(system: Rehearsal):
    system.publish(an_event())

    system.publish(an_event("updated", version=2, origin=REPRINT["origin"]))

    assert (headlines(system, "own"), headlines(system, "all")) == ([], [])


# reprints


def test_without_a_feed_that_asks_for_them_nobody_is_asked_about_reprints(system: Rehearsal):
    system.feeds(*shipped_feeds())

    system.publish(an_event(**REPRINT))

    assert PUBLIC_LINKS not in {row["audience"] for row in system.rows_of("clearances")}


def test_a_reprint_is_in_the_feeds_that_ask_for_it_and_in_no_other(system: Rehearsal):
    system.partner()
    system.feeds(*LINKS)
    system.sweep_and_run()

    system.publish(an_event(**REPRINT))

    assert (headlines(system, "all"), headlines(system, "keywords/汛情")) == (["上游来水"], ["上游来水"])
    assert [headlines(system, name) for name in ("plain", "own", "partners/yunfeng")] == [[], [], []]
    assert not exists(system, "sections/要闻")


@pytest.mark.parametrize("name", sorted(FEED_FORMATS))
def test_nothing_goes_of_a_reprint_but_title_source_and_link(system: Rehearsal, name: str):
    system.feeds(*LINKS)

    system.publish(an_event(**REPRINT))

    said = system.feed("all", name).decode()
    assert [words for words in (SUMMARY, TEXT, PICTURE, "水位尺", "汛情") if words in said] == []
    assert [words for words in ("上游来水", STATE, "https://news.example/r-1.html") if words not in said] == []


def test_a_reprint_is_never_under_our_licence_but_under_its_own(system: Rehearsal):
    system.feeds(*LINKS)

    system.publish(an_event(**REPRINT))

    entry = etree.fromstring(system.feed("all", "atom")).find(f"{ATOM}entry")
    assert [link.get("href") for link in entry.findall(f"{ATOM}link[@rel='license']")] == [THEIR_LICENCE]
    assert "news.example/licence" not in etree.tostring(entry, encoding="unicode")


def test_a_reprint_without_a_licence_says_so_in_order_to_inherit_none(system: Rehearsal):
    system.feeds(*LINKS)
    origin = {name: said for name, said in REPRINT["origin"].items() if not name.startswith("licence")}

    system.publish(an_event(**REPRINT | {"origin": origin}))

    entry = etree.fromstring(system.feed("all", "atom")).find(f"{ATOM}entry")
    links = [link.get("href") for link in entry.findall(f"{ATOM}link[@rel='license']")]
    assert links == ["http://purl.org/atompub/license#unspecified"]


def test_a_reprint_has_a_whole_source(system: Rehearsal):
    system.feeds(*LINKS)

    system.publish(an_event(**REPRINT))

    source = etree.fromstring(system.feed("all", "atom")).find(f"{ATOM}entry/{ATOM}source")
    assert [child.tag.removeprefix(ATOM) for child in source] == ["id", "title", "updated", "author", "rights"]
    assert source.findtext(f"{ATOM}author/{ATOM}name") == "闻远"


def test_in_rss_the_source_is_named_also_where_it_has_no_address(system: Rehearsal):
    system.feeds(*LINKS)
    origin = {name: said for name, said in REPRINT["origin"].items() if name != "original_url"}

    system.publish(an_event(**REPRINT | {"origin": origin}))

    item = etree.fromstring(system.feed("all", "rss")).find("channel/item")
    assert item.findtext("{http://purl.org/dc/elements/1.1/}source") == STATE


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": {name: said for name, said in REPRINT["origin"].items() if name != "original_author"}},
        {"origin": REPRINT["origin"] | {"kind": "mixed"}},
        {"only_to": ["yunfeng"]},
        {"territory": ["CN"]},
        {"embargo_until": (NOON + hours(5)).isoformat()},
        {"origin": REPRINT["origin"] | {"rights": {"ends": (NOON - hours(1)).isoformat()}}},
    ],
    ids=["who wrote it is not said", "mixed", "released to one", "for one country", "embargo", "our right has ended"],
)
def test_whatever_speaks_against_an_article_speaks_against_its_link_too(system: Rehearsal, changed):
    system.feeds(*LINKS)
    system.sweep_and_run()

    system.publish(an_event(**REPRINT | changed))

    assert headlines(system, "all") == []


def test_when_our_right_to_a_reprint_ends_its_link_goes(system: Rehearsal):
    system.feeds(*LINKS)
    ends = {"ends": (NOON + hours(2)).isoformat()}
    system.publish(an_event(**REPRINT | {"origin": REPRINT["origin"] | {"rights": ends}}))
    before = headlines(system, "all")

    system.advance(hours(3))
    system.sweep_and_run()

    assert (before, headlines(system, "all")) == (["上游来水"], [])


def test_what_a_person_refuses_to_the_public_goes_as_no_link_either(system: Rehearsal):
    system.feeds(*LINKS)
    system.publish(an_event(**REPRINT))

    system.system.rule("r-1", "public", decision="refused", by="沈禾", reason="来源方要求撤下")
    system.run_all()

    assert headlines(system, "all") == []


def test_a_withdrawn_reprint_is_gone(system: Rehearsal):
    system.feeds(*LINKS)
    system.publish(an_event(**REPRINT))

    system.publish(an_event("withdrawn", "r-1", version=2))

    assert (headlines(system, "all"), headlines(system, "keywords/汛情")) == ([], [])


def test_what_turns_out_to_be_ours_stands_there_in_full(system: Rehearsal):
    system.feeds(*LINKS)
    system.publish(an_event(**REPRINT))

    system.publish(an_event("updated", "r-1", version=2, headline="上游来水", summary="我们的摘要"))

    assert "我们的摘要" in every_byte(system, "all")


def test_a_feed_reader_finds_where_a_reprint_comes_from(system: Rehearsal):
    system.feeds(*LINKS)

    system.publish(an_event(**REPRINT))

    (entry,) = feedparser.parse(system.feed("all", "atom")).entries
    assert entry.source.id == "https://far.example/a/9.html"


# what is configured later


def test_a_keywords_feed_can_be_read_when_its_family_is_configured_later(system: Rehearsal):
    system.feeds(*families({"id": "all"}))
    system.publish(an_event(keywords=["渡口"]))

    system.feeds(*families({"id": "all"}, {"id": "keywords", "each": "keyword"}))
    system.begin()
    system.sweep_and_run()

    assert headlines(system, "keywords/渡口") == ["老码头重新开渡"]
