"""Which families of feeds make sense, and to which feeds an article belongs."""

import pytest
from pydantic import ValidationError

from syndicate.model.clearance import PUBLIC, PUBLIC_LINKS
from syndicate.model.feed import Belongings, Directory, FeedFamily
from tests.builders import a_partner, a_publisher

WORDS = {"id": "some", "title": "{site} · {keyword}{author}", "description": "稿件"}
OF_ALL = Belongings(sections=[("要闻", "水上")], keywords=["渡口"], authors=["顾晓舟"])


def a_family(**told) -> FeedFamily:
    return FeedFamily.model_validate(WORDS | told)


def a_directory(*families: FeedFamily) -> Directory:
    return Directory(partners=(a_partner(),), feeds=families)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"each": "partner", "reprints": "links"}, "is for public feeds"),
        ({"own_words_only": True, "reprints": "links"}, "contradict each other"),
        ({"names": ["水利"]}, "names is for each = section, keyword, author"),
        ({"reprints": "all"}, "none"),
        ({"title": "{editor}"}, "unknown placeholder"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(told, said):
    with pytest.raises(ValidationError, match=said):
        a_family(**told)


def test_unless_it_is_said_no_feed_takes_reprints():
    assert (a_family().audiences, a_directory(a_family()).links_reprints) == ({PUBLIC}, False)


@pytest.mark.parametrize(
    ("each", "ids"),
    [
        ("one", ["some"]),
        ("section", ["some/要闻", "some/要闻/水上"]),
        ("keyword", ["some/渡口"]),
        ("author", ["some/顾晓舟"]),
        ("partner", []),
    ],
)
def test_what_the_public_gets_of_an_article_stands_in_these_feeds(each, ids):
    assert a_directory(a_family(each=each)).feeds_with([PUBLIC], OF_ALL) == ids


def test_what_a_partner_gets_stands_in_its_own_feed_alone():
    directory = a_directory(a_family(id="all"), a_family(id="partners", each="partner"))

    assert directory.feeds_with(["yunfeng"], OF_ALL) == ["partners/yunfeng"]


def test_a_link_concerns_the_feeds_that_ask_for_them_alone():
    directory = a_directory(a_family(id="all"), a_family(id="links", reprints="links"))

    assert directory.feeds_with([PUBLIC_LINKS], OF_ALL) == ["links"]


@pytest.mark.parametrize("each", ["keyword", "author"])
def test_a_feed_by_name_says_in_its_title_whose_it_is(each):
    found = a_directory(a_family(each=each)).definition("some/顾晓舟", a_publisher())

    assert (found.title, found.named) == ("青石湾在线 · 顾晓舟", "顾晓舟")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../x", "x.atom", "名" * 80, "\ud800"])
def test_no_address_stands_for_a_name_that_can_be_no_part_of_one(name):
    directory = a_directory(a_family(each="keyword"))

    assert directory.definition(f"some/{name}", a_publisher()) is None


def test_a_section_that_is_not_among_those_named_has_no_feed():
    directory = a_directory(a_family(each="section", names=["要闻 > 水上"]))

    assert directory.feeds_with([PUBLIC], OF_ALL) == ["some/要闻/水上"]
    assert directory.definition("some/要闻", a_publisher()) is None
