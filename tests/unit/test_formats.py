"""The tables of formats: what they hold can be loaded, and asking for anything else is told what there is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from syndicate.formats import ARTICLE_FORMATS, FEED_FORMATS, article_format, feed_format, whole
from tests.golden.formats.samples import a_feed, a_picture, a_publisher, a_retraction, a_story, an_article, the_story

SRC = Path(__file__).parents[2] / "src"


@pytest.mark.parametrize("name", FEED_FORMATS)
def test_every_feed_format_can_render(name):
    module = feed_format(name)
    assert (isinstance(module.MEDIA_TYPE, str), isinstance(module.JOINT, bytes)) == (True, True)
    assert all(map(callable, (module.opening, module.entry, module.closing)))


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


def test_a_film_is_called_a_film_in_every_format():
    film = a_picture(3, url="https://news.example/film/3.mp4", media_type="video/mp4")
    story = a_story(an_article(pictures=(film, a_picture(1))))
    feed = a_feed(story)

    ninjs = json.loads(article_format("ninjs").render(story, publisher=a_publisher()).body)
    item = json.loads(whole("json", feed).body)["items"][0]

    assert [(one["type"], one["rel"]) for one in ninjs["associations"]] == [("video", "video"), ("picture", "picture")]
    assert ninjs["associations"][0]["renditions"][0]["contentType"] == "video/mp4"
    for name in ("rss", "atom"):
        assert b'type="video/mp4" medium="video"' in whole(name, feed).body
    assert [one["mime_type"] for one in item["attachments"]] == ["video/mp4", "image/jpeg"]
    assert item["image"].endswith("/img/1.jpg")


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


def test_the_newsrooms_sign_stands_where_each_format_has_a_place_for_it():
    icon, favicon = "https://news.example/512.png", "https://news.example/64.png"
    feed = a_feed(publisher=a_publisher(icon_url=icon, favicon_url=favicon))

    atom, rss = (etree.fromstring(whole(name, feed).body) for name in ("atom", "rss"))
    told = json.loads(whole("json", feed).body)

    assert (atom.findtext("{*}icon"), atom.findtext("{*}logo")) == (favicon, icon)
    image, channel = rss.find("channel/image"), rss.find("channel")
    assert image is not None
    assert channel is not None
    assert image.findtext("url") == favicon
    assert [image.findtext(name) for name in ("title", "link")] == [
        channel.findtext(name) for name in ("title", "link")
    ]
    assert (told["icon"], told["favicon"]) == (icon, favicon)
