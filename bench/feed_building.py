"""A whole build: looking at what was touched, writing it, joining, compressing, the ledger's transaction."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import update

from bench.feed_samples import NOON, a_story
from bench.results import Row
from syndicate.assemble import System, assemble
from syndicate.dispatch.inline import Inline
from syndicate.ledger import tables
from syndicate.ledger.migrate import migrate
from syndicate.model.step import BuildFeed
from syndicate.monitor.logs import set_up_logs
from syndicate.settings import read_settings

CONFIG = Path(__file__).parents[1] / "config"
FEED = 'title = "全部"\ndescription = "全部"\nlength = 500\nbody = "full"\n'


def rows(folder: Path, *, entries: int, rounds: int) -> list[Row]:
    """One new article in a feed of full texts whose window holds them all, against the same built from nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    system, queue = _newsroom(folder)
    try:
        many = min(entries, 500)
        for number in range(many, 0, -1):
            publish(system, number)
        queue.run(system.perform)
        touched = [_touched(system, queue, -number) for number in range(1, rounds + 1)]
        anew = [_anew(system) for _ in range(rounds)]
    finally:
        system.close()
    mine = median(touched)
    name = f"built with one new article of {many:,}, compressed and kept"
    return [
        Row(name, {"ms": mine * 1e3}),
        Row("the same, all of it anew", {"ms": median(anew) * 1e3}, median(anew) / mine, "built with one new"),
    ]


def configure(folder: Path) -> Path:
    """A newsroom with one feed and no partners."""
    config = folder / "config"
    shutil.copytree(CONFIG, config, ignore=shutil.ignore_patterns("partners", "feeds", "demo"))
    (config / "feeds").mkdir()
    (config / "partners").mkdir()
    (config / "feeds" / "all.toml").write_text(FEED, "utf-8")
    return config


def _newsroom(folder: Path) -> tuple[System, Inline]:
    config, queue = configure(folder), Inline()
    settings = read_settings(config, data_dir=folder / "data", ledger_url="")
    set_up_logs("WARNING")
    system = assemble(settings, handover=queue)
    migrate(system.ledger)
    return replace(system, clock=lambda: NOON + timedelta(days=1)), queue


def publish(system: System, number: int) -> None:
    """Tell it of one article."""
    data = a_story(number).article.model_dump(mode="json", exclude_defaults=True)
    system.accept(
        {
            "specversion": "1.0",
            "id": f"e-{number}",
            "source": "https://cms.news.example/",
            "type": "article.published",
            "data": data,
        }
    )


def _touched(system: System, queue: Inline, number: int) -> float:
    """Publish one more; how long the build alone took."""
    publish(system, number)
    builds: list[BuildFeed] = []
    while queue.steps:
        step = queue.steps.popleft()
        if isinstance(step, BuildFeed):
            builds.append(step)
        else:
            system.perform(step)
    return _timed(system, builds[:1])


def _anew(system: System) -> float:
    feeds = tables.feeds
    with system.ledger.write() as connection:
        connection.execute(update(feeds).values(form="", dirty_seq=feeds.c.dirty_seq + 1))
        connection.execute(tables.feed_entries.delete())
        connection.execute(tables.entry_bytes.delete())
    vars(system).pop("_entries", None)
    return _timed(system, [BuildFeed(feed_id="all")])


def _timed(system: System, builds: Sequence[BuildFeed]) -> float:
    began = time.perf_counter()
    for step in builds:
        system.perform(step)
    return time.perf_counter() - began
