"""A newsroom's life at random, made of a seed, and all that its feeds have shown of it: documents and deltas."""

import gzip
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from syndicate.formats import FEED_FORMATS
from syndicate.ledger import feeds
from syndicate.model.feed import FeedFamily
from tests.builders import a_publisher, an_agreement, an_event, hours
from tests.fakes.rehearsal import Rehearsal

FAMILIES = ("one", "section", "partner")
SECTIONS = ("要闻", "副刊")
PARTNER = "partner/yunfeng"
State = Mapping[str, str]  # the headline of what stands in a feed, by its permanent name


@dataclass(frozen=True)
class Document:
    """What was served at one address: a month's archive or, with no month, what one subscribes to."""

    feed: str
    month: str
    format: str
    body: bytes


@dataclass(frozen=True)
class Delta:
    """What a reader was told who had been here before; `before` and `after` are what stood in the feed then and now."""

    feed: str
    format: str
    body: bytes
    before: State
    after: State


@dataclass
class Life:
    """What has come of a history: the documents as they are at the end, deltas that were told on the way there."""

    states: Mapping[str, State]
    documents: list[Document] = field(default_factory=list)
    deltas: list[Delta] = field(default_factory=list)


def live(system: Rehearsal, seed: int, *, events: int = 40) -> Life:
    """Publish, correct and withdraw at random, while the months pass."""
    dice = random.Random(seed)
    _found(system, dice)
    told: dict[str, tuple[int, str]] = {}  # article → (version, section); without a section it is withdrawn
    life = Life({})
    seen: dict[tuple[str, str], tuple[str, State]] = {}
    for number in range(events):
        _happen(system, dice, told)
        if number % 5 == 4:
            system.advance(hours(2))
            system.sweep_and_run()
            life.states = _states(told)
            life.deltas += _told_since(system, seen, life.states)
            seen = {**_versions(system, life.states), **(seen if dice.random() < 0.5 else {})}
    life.documents = _documents(system)
    return life


def _found(system: Rehearsal, dice: random.Random) -> None:
    words = {"title": "甲 & 乙", "description": "丙 <丁>", "length": 6, "archives": True, "body": "full"}
    days = {"days": 40} if dice.random() < 0.5 else {}
    system.partner(agreement=an_agreement(delay_minutes=dice.choice([0, 90]), sections=SECTIONS[:1]), destinations=())
    system.feeds(*(FeedFamily.model_validate({"id": each, "each": each} | words | days) for each in FAMILIES))
    system.sweep_and_run()


def _happen(system: Rehearsal, dice: random.Random, told: dict[str, tuple[int, str]]) -> None:
    system.advance(timedelta(hours=dice.choice([1, 5, 100, 400])))
    name = f"a-{dice.randrange(12)}"
    version, section = told.get(name, (0, ""))[0] + 1, dice.choice(SECTIONS)
    kind = dice.choice(["published", "published", "updated", "updated", "withdrawn"])
    if kind == "withdrawn":
        told[name] = (version, "")
        system.publish(an_event(kind, name, version=version))
        return
    taken_back = told.get(name, (0, section))[1] == ""
    told[name] = (version, "" if taken_back and kind == "updated" else section)  # only publishing brings it back
    at = system.now.isoformat()
    headline = headline_of(name, version)
    system.publish(an_event(kind, name, version=version, headline=headline, section=[section], published_at=at))


def headline_of(name: str, version: int) -> str:
    """What an article is called in one version."""
    return f"{name} 第{version}版 <更正> & 补充"


def _states(told: Mapping[str, tuple[int, str]]) -> dict[str, State]:
    """What must stand in each feed, by what was told alone."""
    feeds_of = {"one": SECTIONS, PARTNER: SECTIONS[:1]} | {f"section/{name}": (name,) for name in SECTIONS}
    uri = a_publisher().tag_uri
    return {
        feed: {uri(name): headline_of(name, version) for name, (version, section) in told.items() if section in among}
        for feed, among in feeds_of.items()
    }


def _documents(system: Rehearsal) -> list[Document]:
    found = []
    for row in sorted(system.rows_of("feed_documents"), key=lambda row: (row["feed_id"], row["month"], row["format"])):
        with system.ledger.read() as connection:
            served = feeds.serve(connection, row["feed_id"], row["format"], month=row["month"])
        assert served is not None
        found.append(Document(row["feed_id"], row["month"], row["format"], gzip.decompress(served.packed)))
    return found


def _versions(system: Rehearsal, states: Mapping[str, State]) -> dict[tuple[str, str], tuple[str, State]]:
    """The version of every feed that a reader would have now, by feed and format."""
    found = {}
    with system.ledger.read() as connection:
        for feed, state in states.items():
            for name in FEED_FORMATS:
                served = feeds.serve(connection, feed, name)
                if served is not None:
                    found[feed, name] = (served.digest, state)
    return found


def _told_since(
    system: Rehearsal, seen: Mapping[tuple[str, str], tuple[str, State]], states: Mapping[str, State]
) -> list[Delta]:
    found = []
    for (feed, name), (digest, before) in seen.items():
        delta = system.system.feed_delta(feed, name, since=digest)
        if delta is not None and delta.digest != digest:
            found.append(Delta(feed, name, delta.body, before, states[feed]))
    return found
