"""The demonstration's events: accepted as they stand, and each showing what it is there to show."""

import re
from pathlib import Path

import pytest

from syndicate.model.article import Article, Withdrawal
from syndicate.model.event import Event, parse_structured, read_event

FILES = sorted((Path(__file__).parents[2] / "config" / "demo" / "articles").glob("*.json"))


def event_of(name: str) -> Event:
    file = next(file for file in FILES if file.stem == name)
    return read_event(parse_structured(file.read_bytes()))


def article_of(name: str) -> Article:
    data = event_of(name).data
    assert isinstance(data, Article)
    return data


def withdrawal_of(name: str) -> Withdrawal:
    data = event_of(name).data
    assert isinstance(data, Withdrawal)
    return data


def test_there_are_eight_events_numbered_in_the_order_they_are_told():
    assert [file.stem[:3] for file in FILES] == [f"{number:02d}-" for number in range(1, 9)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_demo_event_is_accepted_as_it_stands(file: Path):
    assert read_event(parse_structured(file.read_bytes())).source == "https://cms.jingshan.example/"


def test_no_two_demo_events_have_the_same_id():
    ids = [event_of(file.stem).id for file in FILES]

    assert len(set(ids)) == len(ids) > 0


def test_the_events_are_told_in_the_order_of_their_times():
    times = [str(event_of(file.stem).time) for file in FILES]

    assert times == sorted(times)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_address_in_a_demo_event_is_under_example(file: Path):
    hosts = re.findall(r"https?://([^/\"\\ ]+)", file.read_text(encoding="utf-8"))

    assert [host for host in hosts if not host.endswith(".example")] == []


@pytest.mark.parametrize("name", [file.stem for file in FILES if "withdrawal" not in file.stem])
def test_the_pictures_listed_are_those_in_the_body_in_its_order(name: str):
    article = article_of(name)

    assert [picture.url for picture in article.pictures] == re.findall(r'<img src="([^"]+)"', article.body_html)


@pytest.mark.parametrize("name", [file.stem for file in FILES if "withdrawal" not in file.stem])
def test_every_picture_has_its_caption_as_a_paragraph_of_the_body(name: str):
    article = article_of(name)

    assert [p.caption for p in article.pictures if f"<p>{p.caption}</p>" not in article.body_html] == []


def test_the_own_article_has_pictures_taken_by_its_reporter():
    article = article_of("01-own-article")

    assert {(picture.taken_by, picture.owner) for picture in article.pictures} == {("陈思远", "京山市融媒体中心")}


def test_two_third_party_pictures_share_one_caption():
    article = article_of("02-third-party-pictures")
    shared = "茶场工人分批摊青、杀青 图片来源:青岩茶场"

    assert [picture.caption for picture in article.pictures].count(shared) == 2
    assert article.body_html.count(f"<p>{shared}</p>") == 1


def test_third_party_pictures_and_one_of_ours_stand_in_the_same_article():
    owners = [picture.owner for picture in article_of("02-third-party-pictures").pictures]

    assert owners == ["青岩茶场", "青岩茶场", "青岩茶场", "京山市融媒体中心"]


def test_one_article_names_no_reporter():
    assert article_of("03-no-reporter").reporters == ()


def test_one_article_names_two_reporters_and_a_correspondent():
    article = article_of("04-several-reporters")

    assert (len(article.reporters), len(article.correspondents)) == (2, 1)


def test_the_reprint_names_source_title_author_and_address_of_the_original():
    origin = article_of("05-reprint").origin

    assert origin.kind == "reprint"
    assert all([origin.source, origin.original_title, origin.original_author, origin.original_url])


def test_one_article_stands_in_a_section_that_not_every_agreement_covers():
    assert article_of("06-another-section").section == ("文旅", "绿林风景")


def test_the_correction_is_a_later_version_of_the_first_article():
    first, corrected = article_of("01-own-article"), article_of("07-correction")

    assert (corrected.id, corrected.version) == (first.id, first.version + 1)


def test_the_correction_says_what_was_wrong():
    assert "2600亩" in article_of("07-correction").correction_note


def test_the_withdrawal_takes_back_the_article_without_a_reporter():
    assert withdrawal_of("08-withdrawal").id == article_of("03-no-reporter").id


def test_the_withdrawal_is_final_and_says_why():
    withdrawal = withdrawal_of("08-withdrawal")

    assert withdrawal.final
    assert withdrawal.reason
