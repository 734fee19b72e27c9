"""What a partner's program reads changes only when somebody meant it to. To renew: tests/golden/dialects/README.md."""

import os
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from syndicate.formats import whole
from syndicate.markup.tags import ALLOWED
from syndicate.markup.text import text_of
from syndicate.model.dialect import Dialect
from tests.golden.dialects.samples import HEAD, TERMS, a_dialect_feed, dialect, every_story, shipped, statements

FOLDER = Path(__file__).parents[1] / "golden" / "dialects"
WITHOUT_BODY = ["baidu-news", "toutiao"]
WITH_BODY = sorted(set(shipped()).difference(WITHOUT_BODY))


def written(spoken: Dialect) -> bytes:
    return whole("rss", a_dialect_feed(spoken, *every_story())).body


@pytest.mark.parametrize("name", shipped())
def test_a_dialect_writes_its_golden_file_byte_for_byte(name: str):
    document = written(dialect(name))
    file = FOLDER / f"{name}.rss"
    if os.environ.get("SYNDICATE_RENEW_GOLDEN") == "1":
        file.write_bytes(document)

    assert document == file.read_bytes()


def test_no_golden_file_is_left_over():
    kept = {path.stem for path in FOLDER.glob("*.rss")}

    assert kept == set(shipped())


@pytest.mark.parametrize("name", shipped())
def test_a_dialect_that_was_written_down_and_read_again_says_the_same(name: str):
    again = Dialect.model_validate_json(dialect(name).model_dump_json())

    assert written(again) == (FOLDER / f"{name}.rss").read_bytes()


@pytest.mark.parametrize("name", shipped())
def test_a_golden_file_is_xml(name: str):
    channel = etree.fromstring((FOLDER / f"{name}.rss").read_bytes())[0]

    assert len(channel.findall("item")) == (4 if name == "msn" else 5)


@pytest.mark.parametrize("name", shipped())
def test_a_feed_reader_understands_a_golden_file(name: str):
    read = feedparser.parse((FOLDER / f"{name}.rss").read_bytes())

    uris = [story.uri for story in every_story()]
    assert not read.bozo
    assert [entry.id for entry in read.entries] == (uris[:-1] if name == "msn" else uris)
    assert all(entry.link.startswith("https://news.example/a/") and entry.title for entry in read.entries)


@pytest.mark.parametrize("name", shipped())
def test_no_headline_becomes_markup_of_the_document(name: str):
    items = etree.fromstring((FOLDER / f"{name}.rss").read_bytes())[0].findall("item")

    titles = [item.find("title") for item in items]
    assert [len(title) for title in titles] == [0] * len(items)
    assert any("<script>" in title.text and "\ufffe" not in title.text for title in titles)


@pytest.mark.parametrize("name", WITH_BODY)
def test_every_body_has_all_its_statements(name: str):
    spoken = dialect(name)
    (place,) = [one.element for one in spoken.item if one.value == "body"]
    path = place if ":" not in place else f"{{{spoken.namespaces[place.partition(':')[0]]}}}{place.partition(':')[2]}"

    for item in etree.fromstring((FOLDER / f"{name}.rss").read_bytes())[0].findall("item"):
        story = next(one for one in every_story() if one.uri == item.findtext("guid"))
        lines = text_of(item.findtext(path)).splitlines()
        owed = [statement.text for statement in statements(story.article, ours=story.terms.ours)]
        assert lines[0] == story.terms.attribution
        assert lines[-len(owed) :] == owed
        shown = [
            one.url for one in story.article.pictures if not one.is_video or "video" in (spoken.body.tags or ALLOWED)
        ]
        assert [story.terms.credits[url] in "\n".join(lines) for url in shown] == [True] * len(shown)


@pytest.mark.parametrize("name", WITHOUT_BODY)
def test_where_there_is_no_body_the_terms_stand_beside_the_summary(name: str):
    items = etree.fromstring((FOLDER / f"{name}.rss").read_bytes())[0].findall("item")

    assert all(item.findtext("copyright") for item in items)
    assert [item.findtext("ai") is not None for item in items] == [False, False, False, True, False]
    assert HEAD not in etree.tostring(items[0], encoding="unicode")
    assert TERMS in items[0].findtext("copyright")
