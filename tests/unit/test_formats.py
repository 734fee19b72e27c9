"""The tables of formats: what they hold can be loaded, and asking for anything else is told what there is."""

import subprocess
import sys
from pathlib import Path

import pytest

from syndicate.formats import ARTICLE_FORMATS, FEED_FORMATS, article_format, feed_format
from tests.golden.formats.samples import a_publisher, a_retraction, the_story

SRC = Path(__file__).parents[2] / "src"


@pytest.mark.parametrize("name", FEED_FORMATS)
def test_every_feed_format_can_render(name):
    module = feed_format(name)
    assert (isinstance(module.MEDIA_TYPE, str), callable(module.render)) == (True, True)


@pytest.mark.parametrize("name", ARTICLE_FORMATS)
def test_every_article_format_can_render_and_retract(name):
    module = article_format(name)
    assert (isinstance(module.MEDIA_TYPE, str), callable(module.render), callable(module.retract)) == (True,) * 3


@pytest.mark.parametrize("name", ARTICLE_FORMATS)
def test_every_article_format_writes_the_articles_own_name_so_that_no_two_articles_have_the_same_bytes(name):
    module, publisher = article_format(name), a_publisher()
    story, retraction = the_story(), a_retraction()

    assert story.uri.encode() in module.render(story, publisher=publisher).body
    assert retraction.uri.encode() in module.retract(retraction, publisher=publisher).body


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (feed_format, "there is no feed format 'gopher'; there is: atom, json, rss"),
        (article_format, "there is no article format 'gopher'; there is: html, ninjs, schema-org"),
    ],
)
def test_an_unknown_format_is_answered_with_those_there_are(ask, told):
    with pytest.raises(ValueError, match=told):
        ask("gopher")


def test_no_format_is_loaded_before_it_is_wanted():
    asked = "import sys, syndicate.formats; print('feedgen' in sys.modules, 'syndicate.formats.ninjs' in sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", asked], env={"PYTHONPATH": str(SRC)}, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["False", "False"]
