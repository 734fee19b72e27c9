"""Part `feeds`: a feed out of entries that are kept, against writing all of it, and serving it against nginx."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from feedgen.feed import FeedGenerator
from rich.console import Console
from rich.table import Table

from bench import celery_peer, feed_building, feed_serving
from bench.feed_samples import BODY, a_feed, a_story
from bench.results import Results, Row, Say, machine
from syndicate.formats import FEED_FORMATS, feed_format, joined, whole
from syndicate.model.story import Feed

NOON = datetime(2026, 5, 6, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Size:
    """How many entries a feed has, how often each is measured, and how long it is asked for."""

    entries: int = 1_000
    window: int = 50
    rounds: int = 15
    seconds: int = 8


QUICK = Size(entries=100, window=10, rounds=3, seconds=1)


def run(folder: Path, size: Size, *, say: Say) -> Results:
    """Measure all of it, in one run."""
    folder.mkdir(parents=True, exist_ok=True)
    results = Results(machine())
    feed = a_feed([a_story(number) for number in range(size.entries)])
    say("Django's syndication framework")
    django = _django(folder, size)
    for name in FEED_FORMATS:
        say(f"one new entry in a feed of {size.entries:,}, {name}")
        _one_new_entry(results, name, feed, size, django.get(name))
    say("a window in all formats")
    _window(results, feed, size)
    say("building a feed, with everything that belongs to it")
    results.rows += feed_building.rows(folder / "building", entries=size.entries, rounds=max(3, size.rounds // 3))
    say("serving")
    results.rows += feed_serving.rows(folder / "serving", entries=size.window, seconds=size.seconds)
    return results


def _one_new_entry(results: Results, name: str, feed: Feed, size: Size, django_s: float | None) -> None:
    """P1: the others' bytes are kept; in turn with joining bytes that are all there, than which nothing is faster."""
    form = feed_format(name)
    former = [form.entry(story, feed) for story in feed.stories[1:]]
    ready = [form.opening(feed), *former, form.entry(feed.stories[0], feed), form.closing(feed)]
    limit, ours = [], []
    for _ in range(size.rounds):
        limit.append(_timed(lambda: form.JOINT.join(ready)))
        ours.append(_timed(lambda: _joined(name, feed, former)))
    if _joined(name, feed, former) != whole(name, feed).body:
        raise SystemExit(f"{name}: built bit by bit it isn't what it is when written whole")
    ratio = median(one / other for one, other in zip(ours, limit, strict=True))
    many = f"{size.entries:,} entries, {name}"
    results.rows.append(Row(f"joining {many}", {"ms": median(limit) * 1e3}))
    results.rows.append(Row(f"one new entry in {many}", {"ms": median(ours) * 1e3}, ratio, "joining", "<= 1.5"))
    mine = median(ours)
    all_anew = median(_timed(lambda: whole(name, feed)) for _ in range(3))
    results.rows.append(
        Row(f"all of it by our formats, {many}", {"ms": all_anew * 1e3}, all_anew / mine, "one new entry")
    )
    if name != "json":
        naive = median(_timed(lambda: _feedgen(name, size.entries)) for _ in range(3))
        results.rows.append(
            Row(f"all of it by feedgen, naively, {many}", {"ms": naive * 1e3}, naive / mine, "one new entry", ">= 50")
        )
    if django_s:
        results.rows.append(
            Row(f"all of it by Django, {many}", {"ms": django_s * 1e3}, django_s / mine, "one new entry")
        )


def _joined(name: str, feed: Feed, former: list[bytes]) -> bytes:
    return joined(name, feed, [feed_format(name).entry(feed.stories[0], feed), *former])


def _window(results: Results, feed: Feed, size: Size) -> None:
    """P3: what a build of a window costs in all formats, with one new entry."""
    window = feed.model_copy(update={"stories": feed.stories[: size.window]})
    former = {name: [feed_format(name).entry(story, feed) for story in window.stories[1:]] for name in FEED_FORMATS}
    took = median(
        _timed(lambda: [_joined(name, window, former[name]) for name in FEED_FORMATS]) for _ in range(size.rounds)
    )
    name = f"one new entry in a window of {size.window}, all formats"
    results.rows.append(Row(name, {"ms": took * 1e3}, took * 1e3, "a millisecond", "<= 1"))


def _feedgen(name: str, many: int) -> bytes:
    """As feedgen's documentation shows it."""
    generator = FeedGenerator()
    generator.id("https://news.example/")
    generator.title("青石湾在线")
    generator.link(href="https://news.example/", rel="alternate")
    generator.description("全部稿件")
    for number in range(many):
        entry = generator.add_entry(order="append")
        entry.id(f"tag:news.example,2020-01-01:article:{number}")
        entry.title(f"第{number}班船")
        entry.link(href=f"https://news.example/{number}.html")
        entry.author({"name": "顾晓舟"})
        entry.content(BODY, type="html")
        entry.published(NOON - timedelta(minutes=number))
        entry.updated(NOON)
    return bytes(generator.rss_str() if name == "rss" else generator.atom_str())


def _django(folder: Path, size: Size) -> dict[str, float]:
    python = celery_peer.environment(folder / "peers")
    told = json.dumps({"many": size.entries, "body": BODY, "rounds": 3})
    command = [python, str(celery_peer.FOLDER / "django_feed.py")]
    done = subprocess.run(command, input=told, text=True, capture_output=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def show(results: Results, console: Console) -> None:
    """As a table."""
    table = Table("what", "ms", "a second", "ratio", "to", "goal", box=None)
    for row in results.rows:
        ms, per_second = row.figures.get("ms"), row.figures.get("per_second")
        table.add_row(
            row.name,
            f"{ms:.2f}" if ms else "",
            f"{per_second:,.0f}" if per_second else "",
            f"{row.ratio:.2f}" if row.ratio else "",
            row.to,
            row.goal,
        )
    console.print(*(f"{name}: {value}" for name, value in results.machine.items()), sep="\n", highlight=False)
    console.print(table)
