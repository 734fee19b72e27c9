"""The whole system as it runs: from the event that the newsroom sends to the last of a thousand partners.

Partners that hang are a socket that takes connections and never answers.
"""

import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.ledger import SECRET
from bench.sink import Sink
from syndicate.assemble import assemble
from syndicate.ledger.migrate import migrate
from syndicate.settings import read_settings
from syndicate.web.tokens import issue

SHIPPED = Path(__file__).parents[1] / "config"
PARTNER = """
name = "Partner {number}"
[agreement]
number = "B-{number}"
starts = 2020-01-01
ends = 2099-12-31
[[destinations]]
name = "push"
transport = "webhook"
format = "ninjs"
[destinations.settings]
url = "{url}"
secret = "bench"
network = "internal"
"""


@dataclass(frozen=True)
class Latencies:
    """Seconds from the event, over all rounds: to the last partner that answers, and to 50 and 99 of 100 of them."""

    last_s: float
    median_s: float
    p99_s: float


def run(sink: Sink, folder: Path, *, partners: int, hanging: int, rounds: int) -> Latencies:
    """Publish an article in each round, and see when it arrives at each partner that answers."""
    with _hanging() as hangs, _running(folder, sink, partners=partners, hanging=hanging, hangs=hangs) as newsroom:
        last, all_s = [], []
        for number in range(rounds + 1):
            sent = newsroom.publish(number)
            paths = [f"/logged/{place}" for place in range(hanging, partners)]
            arrived = _wait(sink, paths, since=sent)
            if number:  # the first finds out who hangs, and warms everything up
                last.append(max(arrived) - sent)
                all_s += [at - sent for at in arrived]
        return Latencies(median(last), median(all_s), quantiles(all_s, n=100)[98])


@dataclass
class _Newsroom:
    url: str
    token: str

    def publish(self, number: int) -> float:
        """Send an event; tells when."""
        event = json.loads((SHIPPED / "demo" / "articles" / "01-own-article.json").read_text("utf-8"))
        event["id"] = f"bench-{number}"
        event["data"]["id"] = f"bench-{number}"
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/cloudevents+json"}
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.url}/events", json.dumps(event).encode(), headers
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        sent = time.time()
        with opener.open(request, timeout=30) as answer:
            assert answer.status == 202, answer.status
        return sent


@contextmanager
def _running(folder: Path, sink: Sink, *, partners: int, hanging: int, hangs: str) -> Iterator[_Newsroom]:
    shutil.rmtree(folder, ignore_errors=True)
    config = _configure(folder)
    for number in range(partners):
        url = f"{hangs}/{number}" if number < hanging else f"http://127.0.0.1:{sink.port}/logged/{number}"
        told = PARTNER.format(number=number, url=url)
        (config / "partners" / f"p-{number:05}.toml").write_text(told, "utf-8")
    settings = read_settings(config)
    system = assemble(settings, handover=lambda _: None)
    migrate(system.ledger)
    token = issue(system.ledger, name="bench", scopes=["events:write"], partner_id=None, now=datetime.now(UTC))
    system.close()
    with (folder / "up.log").open("w") as output:
        command = [sys.executable, "-m", "syndicate", "--config", str(config), "up"]
        up = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        _until_running(folder / "up.log", up)
        yield _Newsroom(settings.web.base_url, token)
    finally:
        up.terminate()
        up.wait(60)


def _configure(folder: Path) -> Path:
    config = folder / "config"
    shutil.copytree(SHIPPED / "notices", config / "notices")
    (config / "feeds").mkdir()  # what is measured is the pushing
    (config / "partners").mkdir()
    (folder / "data" / "secrets").mkdir(parents=True)
    (folder / "data" / "secrets" / "bench").write_text(SECRET, "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    written = (SHIPPED / "syndicate.toml").read_text("utf-8")
    for pattern, text in (
        (r"^port = \d+", f"port = {port}"),
        (r'^base_url = "[^"]*"', f'base_url = "http://127.0.0.1:{port}"'),
        (r'^data_dir = "[^"]*"', f'data_dir = "{folder / "data"}"'),
    ):
        written = re.sub(f"(?m){pattern}", text, written)
    (config / "syndicate.toml").write_text(written, "utf-8")
    return config


def _until_running(log: Path, up: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 120
    while "running:" not in log.read_text("utf-8"):
        if up.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"syndicate up did not come up: {log.read_text('utf-8')[-1000:]}")
        time.sleep(0.1)


def _wait(sink: Sink, paths: list[str], *, since: float) -> list[float]:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        arrived = sink.arrived()
        found = [arrived.get(path, 0.0) for path in paths]
        if all(at >= since for at in found):
            return found
        time.sleep(0.05)
    raise SystemExit("an article did not arrive everywhere within two minutes")


@contextmanager
def _hanging() -> Iterator[str]:
    """A host of its own where connections are taken and nothing is ever answered."""
    listener = socket.create_server(("127.0.0.2", 0), backlog=4096)
    taken: list[Any] = []

    def take() -> None:
        while True:
            try:
                taken.append(listener.accept()[0])
            except OSError:
                return

    threading.Thread(target=take, daemon=True).start()
    yield f"http://127.0.0.2:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for connection in taken:
        connection.close()
