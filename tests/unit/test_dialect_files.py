"""Dialects in partners' files and in files of their own: read as meant, and every mistake named with its mend."""

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from syndicate.configuration import read_newsroom
from syndicate.formats._dialect_values import EVERYTHING
from syndicate.formats.dialect_files import read_dialect
from syndicate.model.dialect import Dialect
from syndicate.model.problem import Invalid
from syndicate.settings import read_settings
from tests.builders import CONFIG
from tests.golden.dialects.samples import dialect

AGREED = 'name = "云峰网"\nagreement = { number = "QSW-1", starts = 2025-01-01, ends = 2025-12-31 }\n'
SOUND = """
[dialect]
channel = [{ element = "title", value = "title" }]
item = [{ element = "title", value = "headline" }, { element = "content", value = "body" }]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    shutil.copytree(CONFIG, tmp_path / "config")
    shutil.rmtree(tmp_path / "config" / "partners")
    (tmp_path / "config" / "partners").mkdir()
    return tmp_path / "config"


def write(config: Path, name: str, text: str) -> None:
    (config / name).write_text(text, encoding="utf-8")


def spoken(config: Path, told: str) -> Dialect | None:
    write(config, "partners/yunfeng.toml", AGREED + told)
    partner = read_newsroom(read_settings(config)).directory.partner("yunfeng")
    assert partner is not None
    return partner.dialect


def mistakes(config: Path, told: str = "") -> dict[str, str]:
    write(config, "partners/yunfeng.toml", AGREED + told)
    with pytest.raises(Invalid) as refused:
        read_newsroom(read_settings(config))
    return {one.field.removeprefix("partners/yunfeng.toml: "): one.message for one in refused.value.problems}


def wrong(item: str = "", *, more: str = "", channel: str = "") -> dict[str, str]:
    """What is wrong with a dialect that has this element beside its body, and this besides."""
    body = '{ element = "content", value = "body" }'
    told = tomllib.loads(f"channel = [{channel}]\nitem = [{body}, {item}]\n{more}".replace(", ]", "]"))
    return {one.field: one.message for one in read_dialect(told)[1]}


# how a partner says it


def test_a_partner_without_a_dialect_has_none(config: Path):
    assert spoken(config, "") is None


def test_a_dialect_can_be_called_by_its_name(config: Path):
    assert spoken(config, 'dialect = "msn"') == dialect("msn")


def test_a_dialect_can_stand_in_the_partners_own_file(config: Path):
    found = spoken(config, SOUND)

    assert found is not None
    assert [one.element for one in found.item] == ["title", "content"]


def test_a_dialect_can_be_like_another_but_for_what_it_says_itself(config: Path):
    found = spoken(config, 'dialect = { like = "msn", link_parameters = { utm_source = "yunfeng" } }')

    assert found == dialect("msn").model_copy(update={"link_parameters": {"utm_source": "yunfeng"}})


def test_elements_can_be_added_to_another_dialect_and_are_named_where_they_are_told(config: Path):
    logo = '{ element = "snf:logo", children = [{ element = "url", text = "https://news.example/logo.png" }] }'

    found = spoken(config, f'dialect = {{ like = "smartnews", also_channel = [{logo}] }}')
    told = mistakes(config, f'dialect = {{ like = "smartnews", also_item = [{logo.replace("text", "txt")}] }}')
    unknown = mistakes(config, f'dialect = {{ like = "smartnews", also_feed = [{logo}] }}')

    assert found is not None
    assert [one.element for one in found.channel][-2:] == ["ttl", "snf:logo"]
    assert found.item == dialect("smartnews").item
    assert told == {"dialect.also_item.0.children.0.txt": "is not a known field: did you mean text?"}
    assert unknown == {"dialect.also_feed": "is not a known field: take it out"}


def test_every_value_stands_in_the_docs():
    told = (CONFIG.parent / "docs" / "dialects.md").read_text(encoding="utf-8")

    assert [name for name in EVERYTHING if f"`{name}`" not in told] == []


def test_the_feed_of_the_partner_has_it_and_no_other_feed_has(config: Path):
    write(config, "partners/heping.toml", AGREED.replace("云峰网", "和平网"))
    write(config, "partners/yunfeng.toml", AGREED + 'dialect = "uc"')
    newsroom = read_newsroom(read_settings(config))

    standing = newsroom.directory.standing_feeds(newsroom.publisher)

    assert {feed.id for feed in standing if feed.dialect} == {"partners/yunfeng"}
    assert len(standing) == 4
    section = newsroom.directory.definition("sections/要闻", newsroom.publisher)
    assert section is not None
    assert section.dialect is None


# what can be wrong


def test_a_name_that_no_dialect_has_is_told_with_the_nearest(config: Path):
    assert mistakes(config, 'dialect = "mns"') == {
        "dialect": "there is no dialect mns: did you mean msn? They stand in dialects/NAME.toml"
    }
    assert "there is: baidu-news, chouti" in mistakes(config, 'dialect = "gopher"')["dialect"]
    assert list(mistakes(config, 'dialect = { like = "mns" }')) == ["dialect.like"]
    assert mistakes(config, "dialect = 3") == {"dialect": 'must be a name, such as "msn", or a table'}


def test_all_that_is_wrong_in_all_files_is_told_at_once_where_it_stands(config: Path):
    text = (config / "dialects" / "msn.toml").read_text(encoding="utf-8")
    write(config, "dialects/msn.toml", text.replace('value = "headline"', 'value = "headlin"'))
    write(config, "partners/heping.toml", AGREED.replace("云峰网", "和平网") + 'dialect = "msn"')

    found = mistakes(config, SOUND.replace('element = "title", value = "headline"', 'elemnt = "title"') + "zone = 3\n")

    assert found == {
        "dialects/msn.toml: item.1.value": "there is no value headlin here: did you mean headline?",
        "dialect.item.0.element": "is required",
        "dialect.item.0.elemnt": "is not a known field: did you mean element?",
        "dialect.zone": "must be text: write it in quotation marks",
    }


def test_what_is_wrong_with_a_shelved_dialect_is_not_told_again_by_those_who_are_like_it(config: Path):
    text = (config / "dialects" / "msn.toml").read_text(encoding="utf-8")
    write(config, "dialects/msn.toml", text.replace("at_least = 20", "at_least = 200"))

    found = mistakes(config, 'dialect = { like = "msn", date = "%A" }')

    assert set(found) == {"dialects/msn.toml: title.at_least", "dialect.date"}


def test_a_partners_file_that_is_wrong_elsewhere_has_its_dialect_looked_at_too(config: Path):
    found = mistakes(config, 'nmae = "x"\n' + SOUND.replace('"body"', '"boody"'))

    assert set(found) == {"nmae", "dialect.item", "dialect.item.1.value"}


def test_a_summary_feed_wants_our_statements_beside_the_body(config: Path):
    write(
        config,
        "feeds/partners.toml",
        (config / "feeds/partners.toml").read_text("utf-8").replace('"full"', '"summary"'),
    )

    found = mistakes(config, SOUND)

    assert list(found) == ["dialect.item"]
    assert "feeds/partners.toml has no full text" in found["dialect.item"]
    assert spoken(config, 'dialect = "baidu-news"') == dialect("baidu-news")


@pytest.mark.parametrize(
    ("item", "key", "says"),
    [
        ('{ element = "a", value = "hedline" }', "value", "did you mean headline?"),
        ('{ element = "a", value = "zzz" }', "value", "there is: ai-source-type, attribution"),
        ('{ element = "a", value = "changed" }', "value", "there is no value changed here"),
        ('{ element = "a", value = "picture-url" }', "value", 'wants each = "picture"'),
        ('{ element = "a", attributes_from = { b = "hedline" } }', "attributes_from.b", "did you mean headline?"),
        ('{ element = "a", attributes_from = { b = "body" } }', "attributes_from.b", "make it the value of an element"),
        ('{ element = "a", value = "body" }', "value", "the body stands in item.0 already"),
        ('{ element = "a", value = "headline", text = "b" }', "text", "it has a value already"),
        ('{ element = "a", text = "b", otherwise = "c" }', "otherwise", "make it text"),
        ('{ element = "a", text = "b", times = 1 }', "times", 'add each = "picture"'),
        ('{ element = "a", value = "headline", join = "," }', "join", "headline isn't several"),
        ('{ element = "a", value = "headline", date = "rfc-822" }', "date", "headline is no date"),
        ('{ element = "a", value = "published", date = "%B" }', "date", "must be rfc-822 or rfc-3339, or a pattern"),
        ('{ element = "a", value = "published", date = "%Y %" }', "date", "must be rfc-822 or rfc-3339, or a pattern"),
        ('{ element = "a", value = "url", at_most_characters = 9 }', "at_most_characters", "can't be cut"),
        ('{ element = "a", value = "rights", at_most_characters = 9 }', "at_most_characters", "can't be cut"),
        ('{ element = "a b", text = "c" }', "element", "should match pattern"),
        ('{ element = "a><b", text = "c" }', "element", "should match pattern"),
        ('{ element = "mi:x", text = "c" }', "element", 'add mi = "http://schemas.ingestion.microsoft.com/common/"'),
        (
            '{ element = "a", text = "c", attributes = { "dc:x" = "1" } }',
            "attributes.dc:x",
            'add dc = "http://purl.org',
        ),
        ('{ element = "a", text = "c", attributes = { xmlns = "1" } }', "attributes.xmlns", "put it there"),
        ('{ element = "a", attributes = { b = "1" }, attributes_from = { b = "url" } }', "attributes.b", "take one"),
        ('{ element = "a", children = [{ element = "b", value = "x" }] }', "children.0.value", "there is no value x"),
    ],
)
def test_a_mistake_in_an_element_is_named_by_its_place_and_key(item: str, key: str, says: str):
    found = wrong(item)

    assert list(found) == [f"item.1.{key}"]
    assert says in found[f"item.1.{key}"]


@pytest.mark.parametrize(
    ("more", "key", "says"),
    [
        ('date = "%c"', "date", "made of %Y %y %m %d %H %M %S %z %Z %%"),
        ('zone = "Mars/Olympus"', "zone", "is not a time zone"),
        ("max_items = 0", "max_items", "greater than or equal to 1"),
        ('https = "never"', "https", "'only' or 'upgrade'"),
        ('link_parameters = { "a b" = "c" }', "link_parameters.a b.[key]", "should match pattern"),
        ('namespaces = { xmlx = "urn:x" }', "namespaces.xmlx.[key]", "call it otherwise"),
        ('namespaces = { a = "" }', "namespaces.a", "must be the address of a namespace"),
        ('namespaces = { a = "http://www.w3.org/XML/1998/namespace" }', "namespaces.a", "must be the address"),
        ('namespaces = { a = "urn:x", b = "urn:x" }', "namespaces.b", "is declared as a already"),
        ("title = { at_least = 20, at_most = 9 }", "title.at_least", "20 is more than at_most, which is 9"),
        ('title = { too_short = "pad" }', "title.too_short", "'leave-out' or 'keep'"),
        ('body = { tags = ["p", "iframe"] }', "body.tags", "we let no iframe through to anybody: take it out"),
        ('body = { tags = ["tr"] }', "body.tags", "tr stands in table"),
        ('body = { tags = ["table"] }', "body.tags", "a table is made of tr and td"),
        ('body = { tags = ["p"], attributes = { img = ["alt"] } }', "body.attributes.img", "img isn't among body.tags"),
    ],
)
def test_a_mistake_beside_the_elements_is_named_by_its_key(more: str, key: str, says: str):
    found = wrong(more=more)

    assert says in found[key]
    assert set(found) == {key}


@pytest.mark.parametrize(("deep", "key"), [(5, ""), (6, "item.0" + ".children.0" * 5 + ".children"), (900, "")])
def test_elements_stand_in_each_other_only_so_deep(deep: int, key: str):
    told: dict[str, Any] = {"element": "a", "value": "body"}
    for _ in range(deep):
        told = {"element": "a", "children": [told]}

    found = {one.field: one.message for one in read_dialect({"channel": [], "item": [told]})[1]}

    assert list(found) == ([] if deep == 5 else [key])
    assert all("nested too deeply" in message for message in found.values())


def test_pictures_are_none_of_the_channels():
    found = wrong(channel='{ element = "a", each = "image", attributes_from = { b = "picture-url" } }')

    assert found == {"channel.0.each": "pictures are an item's, not the channel's: take it out"}


def test_without_the_body_our_statements_must_stand_beside_it():
    dialect, found = read_dialect(
        {
            "channel": [],
            "item": [
                {"element": "title", "value": "headline"},
                {"element": "image", "each": "image", "attributes_from": {"url": "picture-url"}},
            ],
        }
    )

    assert dialect is not None
    assert {one.field: one.message for one in found} == {
        "item": "no element has the body, in which our statements stand: "
        "add one with it, or one with rights and one with ai-source-type",
        "item.1": "without the body no picture goes without its credit: add an element with picture-credit, for each",
    }
