"""What a partner reads changes only when somebody meant it to. How to renew: tests/golden/formats/README.md."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from syndicate.formats import ARTICLE_FORMATS, FEED_FORMATS, article_format, whole
from tests.golden.formats.samples import a_feed, a_publisher, a_retraction, the_feed, the_story

FOLDER = Path(__file__).parents[1] / "golden" / "formats"


def _feed_documents(name: str) -> dict[str, Callable[[], bytes]]:
    def render(feed):
        return lambda: whole(name, feed).body

    return {
        f"full.{name}": render(the_feed(body=True)),
        f"public.{name}": render(the_feed(body=False)),
        f"empty.{name}": render(a_feed()),
    }


def _article_documents(name: str) -> dict[str, Callable[[], bytes]]:
    publisher = a_publisher()
    return {
        f"story.{name}": lambda: article_format(name).render(the_story(), publisher=publisher).body,
        f"retraction.{name}": lambda: article_format(name).retract(a_retraction(), publisher=publisher).body,
    }


DOCUMENTS = {
    file: render
    for documents in [*map(_feed_documents, FEED_FORMATS), *map(_article_documents, ARTICLE_FORMATS)]
    for file, render in documents.items()
}


@pytest.mark.parametrize("file", DOCUMENTS)
def test_a_format_writes_its_golden_file_byte_for_byte(file):
    written = DOCUMENTS[file]()
    if os.environ.get("SYNDICATE_RENEW_GOLDEN") == "1":
        (FOLDER / file).write_bytes(written)
    assert written == (FOLDER / file).read_bytes()


def test_no_golden_file_is_left_over():
    kept = {path.name for path in FOLDER.iterdir() if path.is_file()} - {"README.md", "samples.py"}
    assert kept == set(DOCUMENTS)
