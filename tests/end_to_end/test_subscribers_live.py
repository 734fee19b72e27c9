"""The running system tells who has subscribed: a reader in a process of its own discovers, subscribes, and is told."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from tests.builders import an_event
from tests.fakes.live import Live

HUB = {"hub": True, "plain_http": True, "network": "internal"}
READER = Path(__file__).parents[1] / "fakes" / "reader.py"


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """A running newsroom with a hub, and one article in its feeds."""
    with Live(tmp_path, {}, websub=HUB) as running:
        running.publish(an_event(article="first"))
        running.wait_for(lambda: running.http.get(feed_of(running), timeout=5).status_code == 200, timeout_s=60)
        yield running


def feed_of(live: Live) -> str:
    return f"{live.settings.web.base_url}/feeds/all.json"


@contextmanager
def a_reader(feed: str) -> Iterator[Callable[[], Any]]:
    """A reader of this feed; each call waits for the next thing that happens to it."""
    happened: Queue[str] = Queue()
    with subprocess.Popen([sys.executable, str(READER), feed], stdout=subprocess.PIPE, text=True) as process:
        lines = process.stdout
        assert lines is not None
        Thread(target=lambda: [happened.put(line) for line in lines], daemon=True).start()
        yield lambda: json.loads(happened.get(timeout=60))
        process.kill()


def test_a_reader_in_a_process_of_its_own_is_told_of_an_article_and_of_its_withdrawal(live: Live):
    with a_reader(feed_of(live)) as next_thing:
        assert next_thing() == {"confirmed": "subscribe"}

        live.publish(an_event(article="second"))
        assert next_thing() == {"signed": True, "items": 2}

        live.publish(an_event("withdrawn", article="first", version=2))
        assert next_thing() == {"signed": True, "items": 1}
