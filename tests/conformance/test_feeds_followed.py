"""Readers that know nothing of our code follow a feed over HTTP: what came, what was corrected, what was taken back.

They ask with what they have (If-None-Match, A-IM), and are told nothing new (304), what is new (226) or all (200).
None of these readers knows tombstones: what was taken back they keep, unless they look with new eyes. `reader` keeps
a validator only with something new to read, so that it is told of a removal again until there is; newsboat keeps its
first with its second look.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from reader import make_reader

from tests.builders import hours
from tests.fakes.feed_readers import Found, newsboat_entries, reload_newsboat
from tests.fakes.web_newsroom import FEEDS, NOW, Newsroom, a_newsroom, an_article
from tests.fakes.web_process import answers, served

WHOLE = {"all": FEEDS["all"] + 'body = "full"\n'}
URI = "tag:hupan.example,2026-01-01:article:{}"
HERONS, KITES, REEDS, SNOW = (URI.format(f"hp-{number}") for number in (1, 2, 3, 4))


@dataclass(frozen=True)
class Follower:
    """A reader with a memory. `look` has it look again, `found` tells what it shows."""

    look: Callable[[], None]
    found: Callable[[], Found]


@contextmanager
def by_reader(url: str, _: Path) -> Iterator[Follower]:
    with closing(make_reader(":memory:")) as reader:
        reader.add_feed(url)
        yield Follower(
            look=lambda: see(reader.update_feed(url)),
            found=lambda: {entry.id: entry.title or "" for entry in reader.get_entries()},
        )


def see(_: object) -> None:
    """`reader` raises what goes wrong."""


@contextmanager
def by_newsboat(url: str, folder: Path) -> Iterator[Follower]:
    folder.mkdir()
    yield Follower(look=lambda: reload_newsboat(folder, url), found=lambda: newsboat_entries(folder))


READERS = {"reader": by_reader, "newsboat": by_newsboat}
FOLLOWED = [("reader", "atom"), ("reader", "rss"), ("reader", "json"), ("newsboat", "atom"), ("newsboat", "rss")]


@dataclass(frozen=True)
class Followed:
    """What a reader showed after each thing that happened, and how its requests were answered."""

    shown: Mapping[str, Found]
    statuses: Mapping[str, list[int]]
    with_new_eyes: Found
    format: str


@pytest.fixture(scope="module", params=FOLLOWED, ids="-".join)
def followed(request, tmp_path_factory) -> Followed:
    """A feed's life, looked at twice after each event."""
    name, suffix = request.param
    folder = tmp_path_factory.mktemp("followed")
    path, log = f"/feeds/all.{suffix}", folder / "web.log"
    shown, statuses = {}, {}
    with a_newsroom(folder, feeds=WHOLE) as newsroom, served(newsroom, log) as (port, _):
        url, follows = f"http://127.0.0.1:{port}{path}", READERS[name]
        newsroom.published(id="e-0", data=an_article())
        newsroom.published(id="e-1", data=an_article(id="hp-2", headline="堤上的风筝"))
        with follows(url, folder / "old") as follower:
            for hour, (event, happens) in enumerate({"begins": see, **EVENTS}.items()):
                happens(at(newsroom, hour))
                follower.look()
                follower.look()
                shown[event], statuses[event] = follower.found(), answers(log, path, 2 * hour + 2)[-2:]
        with follows(url, folder / "new") as fresh:
            fresh.look()
            return Followed(shown, statuses, fresh.found(), suffix)


def at(newsroom: Newsroom, hour: int) -> Newsroom:
    """The newsroom so many hours later."""
    return replace(newsroom, system=replace(newsroom.system, clock=lambda: NOW + hours(hour)))


def publishes(newsroom: Newsroom) -> None:
    newsroom.published(id="e-2", data=an_article(id="hp-3", headline="收割芦苇"))


def corrects(newsroom: Newsroom) -> None:
    newsroom.published(id="e-3", type="article.updated", data=an_article(version=2, headline="芦苇荡里来了六位新住客"))


def withdraws(newsroom: Newsroom) -> None:
    newsroom.published(id="e-4", type="article.withdrawn", data={"id": "hp-2", "version": 2, "reason": "有误"})


def publishes_again(newsroom: Newsroom) -> None:
    newsroom.published(id="e-5", data=an_article(id="hp-4", headline="初雪"))


EVENTS = {"publishes": publishes, "corrects": corrects, "withdraws": withdraws, "publishes again": publishes_again}


def test_first_all_is_sent_and_then_what_has_changed(followed):
    assert [followed.statuses[event][0] for event in ("begins", "publishes", "corrects")] == [200, 226, 226]


def test_who_looks_again_is_told_that_nothing_has_changed(followed):
    again = [followed.statuses[event][1] for event in ("publishes", "corrects", "publishes again")]
    assert again == [304, 304, 304]


def test_a_removal_is_sent_by_itself_where_the_format_has_a_word_for_it(followed):
    assert followed.statuses["withdraws"][0] == (200 if followed.format == "rss" else 226)


def test_what_came_is_added_to_what_was_there(followed):
    assert followed.shown["begins"].keys() == {HERONS, KITES}
    assert followed.shown["publishes"].keys() == {HERONS, KITES, REEDS}


def test_what_was_corrected_takes_the_place_of_what_it_was(followed):
    assert followed.shown["corrects"] == {HERONS: "芦苇荡里来了六位新住客", KITES: "堤上的风筝", REEDS: "收割芦苇"}


def test_a_reader_that_knows_no_tombstones_keeps_what_it_has_and_loses_nothing_else(followed):
    assert followed.shown["withdraws"] == followed.shown["corrects"]
    assert followed.shown["publishes again"] == followed.shown["corrects"] | {SNOW: "初雪"}


def test_who_looks_with_new_eyes_sees_what_stands_and_nothing_that_was_taken_back(followed):
    assert followed.with_new_eyes == {HERONS: "芦苇荡里来了六位新住客", REEDS: "收割芦苇", SNOW: "初雪"}
