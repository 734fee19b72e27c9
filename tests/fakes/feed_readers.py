"""Programs that read feeds and know nothing of our code: each is given files, and tells what entries it finds there.

feedparser and `reader` are Python libraries (the second also keeps what it has read), newsboat is a program with a
cache in SQLite, and feedsmith a library for node.
"""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import feedparser
import pytest
from reader import make_reader

Found = Mapping[str, str]  # the title of each entry, by its permanent name
NODE = Path(__file__).parents[1] / "conformance" / "node"
INSTALL = "npm ci --prefix tests/conformance/node --ignore-scripts"


def by_feedparser(files: Sequence[Path]) -> list[Found]:
    """What feedparser finds; AssertionError where it had to guess."""
    found = []
    for file in files:
        read = feedparser.parse(file.read_bytes())
        assert not read.bozo, f"{file.name}: {read.bozo_exception}"
        found.append({entry.id: entry.get("title", "") for entry in read.entries})
        assert len(found[-1]) == len(read.entries), f"{file.name} has an entry twice"
    return found


def by_reader(files: Sequence[Path]) -> list[Found]:
    """What `reader` finds."""
    with closing(make_reader(":memory:", feed_root="")) as reader:
        names = [str(file) for file in files]
        for name in names:
            reader.add_feed(name)
        reader.update_feeds(workers=1)
        failed = [f"{feed.url}: {feed.last_exception}" for feed in reader.get_feeds() if feed.last_exception]
        assert not failed, failed
        return [{entry.id: entry.title or "" for entry in reader.get_entries(feed=name)} for name in names]


def by_newsboat(files: Sequence[Path]) -> list[Found]:
    """What newsboat finds. It keeps an entry once, whatever number of feeds it stands in: so each file has its own."""
    with ThreadPoolExecutor(8) as several:  # each waits for its disk most of the time
        return list(several.map(_by_newsboat, files))


def by_feedsmith(files: Sequence[Path]) -> list[Found]:
    """What feedsmith finds."""
    _require(
        shutil.which("node") and (NODE / "node_modules" / "feedsmith").is_dir(), f"there is no node, or: {INSTALL}"
    )
    told = subprocess.run(["node", NODE / "read.mjs", *files], capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode == 0, told.stderr
    return [dict(json.loads(line)) for line in told.stdout.splitlines()]


READERS: Mapping[str, tuple[Callable[[Sequence[Path]], list[Found]], Sequence[str]]] = {
    "feedparser": (by_feedparser, ("rss", "atom")),
    "reader": (by_reader, ("rss", "atom", "json")),
    "newsboat": (by_newsboat, ("rss", "atom")),
    "feedsmith": (by_feedsmith, ("rss", "atom", "json")),
}


def reload_newsboat(folder: Path, url: str) -> None:
    """Have newsboat look at this address, with its configuration and cache in `folder`."""
    _require(shutil.which("newsboat"), "there is no newsboat: install the package of that name")
    (folder / "urls").write_text(f"{url}\n", encoding="utf-8")
    (folder / "config").write_text("max-items 0\n", encoding="utf-8")
    files = {"-u": "urls", "-C": "config", "-c": "cache.db"}
    arguments = [part for option, name in files.items() for part in (option, str(folder / name))]
    done = subprocess.run(
        ["newsboat", *arguments, "-x", "reload"],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _by_newsboat(file: Path) -> Found:
    folder = file.with_suffix(f"{file.suffix}.newsboat")
    folder.mkdir()
    reload_newsboat(folder, f"file://{file}")
    return newsboat_entries(folder)


def newsboat_entries(folder: Path) -> Found:
    """What newsboat shows."""
    with closing(sqlite3.connect(folder / "cache.db")) as cache:
        return dict(cache.execute("SELECT guid, title FROM rss_item WHERE deleted = 0").fetchall())


def _require(there: object, what: str) -> None:
    if not there:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(what)
