"""Whatever an article holds, every feed that it stands in is sound, and every other article is in it too."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing

import pytest
from lxml import etree

from syndicate.formats import FEED_FORMATS
from syndicate.ledger.database import Ledger
from syndicate.model.feed import FeedFamily
from syndicate.pipeline.receive import Received
from tests.builders import a_publisher, an_event
from tests.conformance.json_feed import see_json_feed
from tests.fakes.feed_history import Document
from tests.fakes.feed_readers import READERS
from tests.fakes.rehearsal import Rehearsal

ILLEGAL = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))
IMAGES = "".join(f'<p><img src="/img/{number}.jpg"></p>' for number in range(20))
PICTURES = [
    {"url": f"https://news.example/img/{n}.jpg", "caption": f"图{n} ]]> <b>", "taken_by": "顾"} for n in range(20)
]
HOSTILE = {
    "illegal": {"summary": f"摘{ILLEGAL}要", "body_html": f"<p>字{ILLEGAL}间</p>"},
    "control-title": {"headline": f"标{ILLEGAL}题", "keywords": [f"词{ILLEGAL}组"]},
    "surrogates": {"headline": "半\ud800字", "summary": "半\udfff字", "body_html": "<p>半\ud840字</p>"},
    "references": {"headline": "&#0;&#11;&nbsp;&bogus;", "body_html": "<p>&#0;&#11;&#xFFFE;&#x1F;&bogus; &amp;lt;</p>"},
    "cdata": {"headline": "]]> <![CDATA[", "summary": "]]>", "body_html": "<p>]]> ]]&gt; <![CDATA[x]]></p>"},
    "unclosed": {"headline": "<b>标题", "body_html": "<p><div><b><a href='x'>没有合上 <table><tr><td><!-- <script>"},
    "large": {"body_html": "<p>水位又涨了一些。</p>" * 65_000},
    "rare": {"headline": "𠀀𪛟 👩‍🌾 𠮷", "summary": "𠀀𪛟", "body_html": "<p>𠀀𪛟 👩‍🌾</p>"},
    "right-to-left": {"headline": "\u202eabc\u202c \u200fאבג\u200e \u2067x\u2069", "body_html": "<p>\u202e\u200f</p>"},
    "relative": {"body_html": '<p><a href="../b?c=1&d=2#e">x</a><img src="//cdn.example/1.jpg"><img src="2.jpg"></p>'},
    "pictures": {"body_html": IMAGES, "pictures": PICTURES},
    "late": {"body_html": '<p><img data-src="/late.jpg" src="data:image/gif;base64,R0lGODlh"></p>'},
    "active": {"body_html": "<script>x()</script><p onclick='x()'>好</p><iframe src='https://evil.example'></iframe>"},
}


@pytest.fixture(scope="module")
def documents(sqlite_template, tmp_path_factory) -> Iterator[list[Document]]:
    """All feeds, with each of these articles between two that are harmless."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(sqlite_template, folder / "ledger.db")
    with closing(Ledger(f"sqlite:///{folder / 'ledger.db'}")) as ledger, Rehearsal(ledger, data_dir=folder) as system:
        told = {"title": "甲", "description": "乙"}
        system.feeds(
            FeedFamily.model_validate(told | {"id": "short"}),
            FeedFamily.model_validate(told | {"id": "whole", "body": "full"}),
        )
        system.sweep_and_run()
        for name, changes in {"first": {}, **HOSTILE, "last": {}}.items():
            assert isinstance(system.tell(an_event(article=name, **changes)), Received)
        system.run_all()
        yield [
            Document(feed, "", name, system.feed(feed, name)) for feed in ("short", "whole") for name in FEED_FORMATS
        ]


EXPECTED = {a_publisher().tag_uri(name) for name in ("first", *HOSTILE, "last")}


@pytest.mark.parametrize("name", READERS)
def test_every_reader_finds_every_article(documents, name, tmp_path):
    read, formats = READERS[name]
    files = [tmp_path / f"{one.feed}.{one.format}" for one in documents if one.format in formats]
    for file, one in zip(files, [one for one in documents if one.format in formats], strict=True):
        file.write_bytes(one.body)

    assert [set(entries) for entries in read(files)] == [EXPECTED] * len(files)


def test_every_document_holds_to_its_standard(documents, shared_schemas):
    grammar = etree.RelaxNG(etree.parse(shared_schemas / "atom.rng"))
    for one in documents:
        if one.format == "json":
            see_json_feed(json.loads(one.body))
        else:
            root = etree.fromstring(one.body, etree.XMLParser(huge_tree=True))
            assert one.format != "atom" or grammar.validate(root), grammar.error_log


def test_no_document_is_larger_than_readers_take(documents):
    assert max(len(one.body) for one in documents) < 5_000_000


def body_of(documents: list[Document], name: str) -> str:
    (whole,) = [one for one in documents if (one.feed, one.format) == ("whole", "json")]
    uri = a_publisher().tag_uri(name)
    return next(item["content_html"] for item in json.loads(whole.body)["items"] if item["id"] == uri)


def test_relative_addresses_are_absolute(documents):
    body = body_of(documents, "relative")
    assert 'href="https://news.example/b?c=1&amp;d=2#e"' in body
    assert "../" not in body


def test_nothing_that_runs_is_left(documents):
    body = body_of(documents, "active")
    assert "好" in body
    assert [word for word in ("<script", "onclick", "iframe") if word in body] == []


def test_of_text_with_characters_that_no_feed_may_carry_the_rest_is_left(documents):
    assert "字间" in body_of(documents, "illegal")
