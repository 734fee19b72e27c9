"""What is going to happen, from a seed alone: who the partners are, what the newsroom says when, and for how long."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.builders import BODY, an_event
from tests.chaos.tempers import TEMPERS, Temper

SECTIONS = ("要闻", "体育", "文旅")

Listens = Literal["plain", "expired", "unknown", "private", "nameless", "deaf"]
"""`expired` and `unknown` are certificates; `private` an address of our own where only public ones are allowed."""


@dataclass(frozen=True)
class Party:
    """A partner: what it may have, how it listens and answers, and whether all is put right in the end."""

    id: str
    sections: tuple[str, ...]
    temper: Temper
    listens: Listens = "plain"
    right_secret: bool = True
    mended: bool = True
    concurrency: int = 8
    per_minute: int | None = None

    def may_have(self, section: str) -> bool:
        """Whether its agreement covers a section."""
        return not self.sections or section in self.sections


@dataclass(frozen=True)
class Said:
    """Something the newsroom says, so many seconds after the beginning."""

    at_s: float
    article: str
    envelope: Mapping[str, Any]


@dataclass(frozen=True)
class Size:
    """How much of everything. `restarts`: there is time to correct addresses, which takes a new start."""

    articles: int
    lasts_s: float
    settles_within_s: float
    workers: Mapping[str, float]
    parties: tuple[str, ...]
    restarts: bool


SMALL = Size(
    articles=36,
    lasts_s=10,
    settles_within_s=60,
    workers={"deliver": 2},
    parties=("wild", "silent", "choosy", "ill", "gone", "deaf", "wrong secret"),
    restarts=False,
)
LARGE = Size(
    articles=400,
    lasts_s=90,
    settles_within_s=90,
    workers={"deliver": 2, "slow": 2},
    parties=(
        *("calm", "calm", "calm", "choosy", "choosy", "busy", "busy", "ill", "ill", "silent", "silent", "gone"),
        *("wild", "wild", "wild", "moved", "wrong secret", "deaf", "nameless", "private", "unknown certificate"),
        *("nameless for good", "expired for good", "gone for good"),
    ),
    restarts=True,
)


SIZES = {"small": SMALL, "large": LARGE}


@dataclass(frozen=True)
class Scenario:
    """All of it."""

    seed: int
    size: Size
    parties: tuple[Party, ...]
    said: tuple[Said, ...]


def scenario(seed: int, size: Size) -> Scenario:
    """What this seed means."""
    dice = random.Random(seed)
    parties = tuple(_party(dice, number, kind) for number, kind in enumerate(size.parties, start=1))
    said = [one for number in range(size.articles) for one in _story(dice, f"a{number:03}", size.lasts_s)]
    return Scenario(seed, size, parties, tuple(sorted(said, key=lambda one: one.at_s)))


def _party(dice: random.Random, number: int, kind: str) -> Party:
    listens: dict[str, Listens] = {
        "deaf": "deaf",
        "nameless": "nameless",
        "private": "private",
        "unknown certificate": "unknown",
        "expired": "expired",
    }
    name = kind.removesuffix(" for good")
    return Party(
        id=f"p{number:02}-{kind.replace(' ', '-')}",
        sections=tuple(sorted(dice.sample(SECTIONS, dice.choice((1, 2))))) if dice.random() < 0.4 else (),
        temper=TEMPERS.get(kind) or TEMPERS.get(name) or TEMPERS["calm"],
        listens=listens.get(name, "plain"),
        right_secret=name != "wrong secret",
        mended=not kind.endswith(" for good"),
        concurrency=dice.choice((1, 2, 8, 8, 8)),
        per_minute=600 if dice.random() < 0.1 else None,
    )


def _story(dice: random.Random, article: str, lasts_s: float) -> Iterator[Said]:
    """One article's life: published, and then whatever comes. Some of it is late, double or contradicts itself."""
    at_s, version = dice.uniform(0, 0.7) * lasts_s, 1
    last = an_event("published", article, section=[dice.choice(SECTIONS)], **_words(dice, version))
    yield Said(at_s, article, last)
    for _ in range(dice.choice((0, 1, 2, 3, 4, 6))):
        at_s += dice.choice((0, 0.05, 0.5, dice.uniform(0, 0.3) * (lasts_s - at_s)))
        version += 1
        told = _next(dice, article, version, last)
        if told["type"] != "article.withdrawn" and told["data"]["version"] == version:
            last = told
        yield Said(at_s, article, told)


def _next(dice: random.Random, article: str, version: int, last: Mapping[str, Any]) -> dict[str, Any]:
    what = dice.choices(
        ("significant", "minor", "move", "withdraw", "final", "publish", "late", "twice", "other words"),
        weights=(26, 14, 8, 22, 4, 16, 4, 4, 2),
    )[0]
    section = last["data"]["section"]
    match what:
        case "withdraw" | "final":
            return an_event("withdrawn", article, version=version, final=what == "final")
        case "late":
            return an_event("updated", article, version=1, id=f"late-{article}-{version}", section=section)
        case "twice":
            return dict(last)
        case "other words":
            return {**last, "data": {**last["data"], "headline": "同一事件,另一标题"}}
    if what == "move":
        section = [dice.choice(SECTIONS)]
    kind: Literal["published", "updated"] = "published" if what == "publish" else "updated"
    change = {"change": "minor"} if what == "minor" else {}
    return an_event(kind, article, version=version, section=section, **_words(dice, version), **change)


def _words(dice: random.Random, version: int) -> dict[str, str]:
    """What tells one version from another; now and then it is long."""
    many = dice.choice((400, 2_000)) if dice.random() < 0.03 else 1
    return {"headline": f"老码头重新开渡 第{version}稿", "body_html": BODY + f"<p>第{version}稿:渡船照常。</p>" * many}
