"""How large feeds grow: a document stays below what readers take, whatever is published, and loses nothing small.

Here readers take a hundredth of what they do: what a large text costs is cleaning and writing it.
"""

import json

import pytest

from syndicate.formats import FEED_FORMATS
from syndicate.ledger.entry_bytes import Kept
from syndicate.model.feed import FeedFamily
from syndicate.model.step import BuildFeed
from syndicate.pipeline import documents
from syndicate.pipeline.build_feed import build_feed
from tests.builders import an_event, minutes
from tests.fakes.rehearsal import Rehearsal

TEXT = "<p>渡口的水位今天又涨了一些，摆渡的人把船系得更高。</p>"  # some 80 bytes


@pytest.fixture
def whole(system: Rehearsal, monkeypatch) -> Rehearsal:
    """A newsroom with one public feed of full texts."""
    monkeypatch.setattr(documents, "MOST_BYTES", documents.MOST_BYTES // 100)
    told = {"id": "all", "title": "全部", "description": "全部稿件", "body": "full"}
    system.feeds(FeedFamily.model_validate(told))
    system.sweep_and_run()
    return system


def publish(system: Rehearsal, name: str, *, kilobytes: int) -> None:
    """An article of that size, a bit later."""
    system.advance(minutes(1))
    system.publish(an_event(article=name, body_html=TEXT * (kilobytes * 1000 // len(TEXT.encode()))))


def names(system: Rehearsal) -> set[str]:
    return {item["id"].rpartition(":")[2] for item in json.loads(system.feed("all", "json"))["items"]}


def test_what_moved_last_is_in_a_feed_that_has_no_room_for_all(whole: Rehearsal):
    for number in range(4):
        publish(whole, f"a-{number}", kilobytes=14)

    assert names(whole) == {"a-2", "a-3"}
    assert max(len(whole.feed("all", name)) for name in FEED_FORMATS) < 50_000


def test_an_article_larger_than_a_document_keeps_nobody_else_out(whole: Rehearsal):
    publish(whole, "a-1", kilobytes=1)
    publish(whole, "a-2", kilobytes=55)
    publish(whole, "a-3", kilobytes=1)

    assert names(whole) == {"a-1", "a-3"}


def test_more_new_entries_than_are_kept_in_mind_are_built_all_the_same(whole: Rehearsal):
    for number in range(3):
        whole.tell(an_event(article=f"a-{number}"))
    while whole.queue.steps:
        step = whole.queue.steps.popleft()
        if not isinstance(step, BuildFeed):
            whole.system.perform(step)

    build_feed(whole.ledger, "all", newsroom=whole.system.newsroom, kept=Kept(1), now=whole.now)

    assert names(whole) == {"a-0", "a-1", "a-2"}
