"""A partner that has asked for a dialect gets it at its own feed's RSS; nobody else, and no other format, changes."""

import json
from xml.etree import ElementTree

import pytest
import structlog

from syndicate.formats import FEED_FORMATS
from syndicate.model.record import digest_of
from syndicate.monitor.why import why
from tests.builders import an_event
from tests.fakes.rehearsal import Rehearsal
from tests.golden.dialects.samples import dialect

OWN, OTHER = "partners/yunfeng", "partners/heping"
LONG = "停航六年之后青石湾的渡船今天又载客，两岸村民不再绕路三十里"
FULL_TEXT = "摆渡四十年的船工"
HEAD_LINE = "据青石湾新闻网消息:(记者:顾晓舟)"


def item(system: Rehearsal, feed: str = OWN) -> ElementTree.Element:
    (found,) = ElementTree.fromstring(system.feed(feed, "rss")).iter("item")
    return found


def left(system: Rehearsal, feed: str) -> dict[str, bytes]:
    return {name: system.feed(feed, name) for name in FEED_FORMATS}


def test_a_partners_own_feed_is_in_its_dialect_with_the_full_text_and_its_statements(system: Rehearsal):
    system.partner(dialect=dialect("uc"))

    system.publish(an_event())

    told = {one.tag: one.text or "" for one in item(system)}
    assert told["link"] == "https://news.example/a-1.html?utm_source=uc"
    assert told["source"] == "青石湾在线"
    assert told["content"].index(HEAD_LINE) < told["content"].index(FULL_TEXT) < told["content"].index("QSW-2025-07")


def test_no_other_feed_and_no_other_format_changes(system: Rehearsal):
    system.partner()
    system.partner("heping")
    system.publish(an_event())
    others = ("all", "sections/要闻", OTHER)
    before, own = {feed: left(system, feed) for feed in others}, left(system, OWN)

    system.partner(dialect=dialect("uc"))
    system.publish(an_event("updated", version=2, change="minor"))

    assert {feed: left(system, feed)["json"] for feed in others} == {feed: before[feed]["json"] for feed in others}
    for feed in others:
        assert b"<content>" not in system.feed(feed, "rss")
    now = left(system, OWN)
    assert (b"<content>" in own["rss"], b"<content>" in now["rss"]) == (False, True)
    assert json.loads(now["json"])["items"] == json.loads(own["json"])["items"]
    assert b"<link_3g>" not in now["atom"]


def test_a_dialect_that_is_new_or_gone_or_changed_has_the_feed_built_anew_with_no_article_coming(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    found = []

    for spoken in (dialect("uc"), dialect("yidian"), None):
        system.partner(dialect=spoken)
        system.system.begin()
        system.sweep_and_run()
        found.append([one.tag for one in item(system) if (one.text or "").startswith("<p")])

    assert found == [["content"], ["description"], ["{http://purl.org/rss/1.0/modules/content/}encoded"]]


def test_a_dialect_has_no_deltas_and_the_other_formats_have(system: Rehearsal):
    system.partner(dialect=dialect("msn"))
    system.publish(an_event(headline=LONG))
    since = {name: digest_of(system.feed(OWN, name)) for name in FEED_FORMATS}

    system.publish(an_event("updated", version=2, headline="桥通了"))

    told = {name: system.system.feed_delta(OWN, name, since=digest) for name, digest in since.items()}
    assert {name: delta is not None for name, delta in told.items()} == {"rss": False, "atom": True, "json": True}


def test_a_withdrawn_article_is_gone_from_it(system: Rehearsal):
    system.partner(dialect=dialect("uc"))
    system.publish(an_event())

    system.publish(an_event("withdrawn", version=2))

    assert b"<item>" not in system.feed(OWN, "rss")


def test_what_a_dialect_has_no_room_for_is_left_out_and_the_log_and_why_say_so(system: Rehearsal):
    system.partner(dialect=dialect("msn"))

    with structlog.testing.capture_logs() as logs:
        system.publish(an_event(), an_event(article="a-2", headline=LONG))

    reason = "the headline has 7 characters, and the dialect wants 20 at least"
    assert item(system).findtext("title") == LONG
    assert reason in system.feed(OWN, "rss").decode()
    left_out = [one for one in logs if one["event"] == "feed.entry_left_out"]
    assert {(one["feed"], one["article"], one["reason"]) for one in left_out} == {(OWN, "a-1", reason)}
    said = why(system.ledger, "a-1", directory=system.system.newsroom.directory, now=system.now, partner_id="yunfeng")
    assert said is not None
    assert said.explanations[0].reason.endswith(f"; not in the RSS of its feed: {reason}")


@pytest.mark.parametrize("article", ["a-2", "a-1"])
def test_why_says_nothing_of_a_dialect_that_has_an_entry_or_of_what_is_withdrawn(system: Rehearsal, article: str):
    system.partner(dialect=dialect("msn"))
    system.publish(an_event(), an_event(article="a-2", headline=LONG), an_event("withdrawn", version=2))

    said = why(system.ledger, article, directory=system.system.newsroom.directory, now=system.now, partner_id="yunfeng")

    assert said is not None
    assert "RSS" not in said.explanations[0].reason
