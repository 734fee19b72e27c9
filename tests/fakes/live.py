"""The whole system as it runs in production, for tests: `syndicate up` with its own Redis, workers, clock and web."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import psutil
import redis
import requests
from sqlalchemy import select

from syndicate.assemble import System, assemble
from syndicate.ledger import beats, deliveries, tables
from syndicate.ledger.deliveries import Delivery
from syndicate.ledger.migrate import migrate
from syndicate.model.delivery import Manifest
from syndicate.monitor.why import Why, why
from syndicate.settings import read_settings
from syndicate.web.tokens import issue
from tests.builders import OWN
from tests.fakes.brokers import free_port
from tests.fakes.partner import FakePartner

CONFIG = Path(__file__).parents[2] / "config"
SECRET = "whsec_" + base64.b64encode(b"what both sides know, 32 bytes..").decode()
LEASE_S = 8
PARTNER = """
name = "{name}"
[agreement]
number = "T-{name}"
starts = 2020-01-01
ends = 2099-12-31
pictures = "ours"
[[destinations]]
name = "webhook"
transport = "webhook"
format = "ninjs"
[destinations.settings]
url = "{url}"
secret = "shared"
network = "internal"
deadline_s = 2
"""


class Live:
    """A running newsroom in `folder`. Everything it is asked to wait for has a deadline.

    A partner may also be given as the text of its file. `settings` are those of the file's first part, such as
    `broker_url`, and those of a section as a mapping under its name, such as `workers`.
    """

    def __init__(self, folder: Path, partners: Mapping[str, FakePartner | str], **settings: Any) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self._started = datetime.now(UTC)
        _configure(folder, partners, **settings)
        self.settings = read_settings(folder / "config")
        self.system: System = assemble(self.settings, handover=lambda _: None)
        migrate(self.system.ledger)
        self._token = issue(
            self.system.ledger, name="cms", scopes=["events:write"], partner_id=None, now=datetime.now(UTC)
        )
        self.http = requests.Session()
        self.http.trust_env = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.http.close()
        self.system.close()

    def start(self) -> None:
        """Start it, and wait until every worker of every lane has consumed something."""
        self._started = datetime.now(UTC)
        with (self.folder / "up.log").open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "syndicate", "--config", str(self.folder / "config"), "up"],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_environment(),
            )
        self.wait_for(self._is_up, timeout_s=90)

    def stop(self) -> int:
        """Stop it as an operator would; tells the exit code."""
        if self.process is None:
            return 0
        self.process.terminate()
        code = self.process.wait(60)
        self.process = None
        return code

    def publish(self, envelope: Mapping[str, Any]) -> dict[str, Any]:
        """Send an event as the newsroom's system would."""
        answer = self.post(envelope, http=self.http, timeout_s=10)
        assert answer.ok, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def post(self, envelope: Mapping[str, Any], *, http: requests.Session, timeout_s: float) -> requests.Response:
        """The same, whatever comes of it."""
        return http.post(
            f"{self.settings.web.base_url}/events",
            json=envelope,
            headers={"content-type": "application/cloudevents+json", "authorization": f"Bearer {self._token}"},
            timeout=timeout_s,
        )

    def get(self, path: str, **headers: str) -> requests.Response:
        """Ask the web process for something."""
        return self.http.get(f"{self.settings.web.base_url}{path}", headers=headers, timeout=10)

    def deliveries(self, article_id: str) -> list[Delivery]:
        """What is owed for an article, and how it stands."""
        with self.system.ledger.read() as connection:
            return deliveries.of_article(connection, article_id)

    def tries(self, delivery_id: str) -> list[tuple[int, str]]:
        """Every try at a delivery that is on record: (number, outcome)."""
        row = tables.deliveries
        wanted = select(tables.attempts).join(row, row.c.seq == tables.attempts.c.delivery_seq)
        wanted = wanted.where(row.c.id == delivery_id).order_by(tables.attempts.c.seq)
        with self.system.ledger.read() as connection:
            return [(one.number, one.outcome) for one in connection.execute(wanted)]

    def manifest(self, row: Delivery) -> Manifest:
        """What a delivery carries."""
        with self.system.ledger.read() as connection:
            return deliveries.manifest(connection, row)

    def why(self, article_id: str) -> Why | None:
        """How everybody stands with an article."""
        return why(self.system.ledger, article_id, directory=self.system.newsroom.directory, now=datetime.now(UTC))

    def workers(self, role: str) -> list[psutil.Process]:
        """The processes of one role: Celery's parent and its child."""
        assert self.process is not None
        family = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in family if _plays(one, role)]

    def worker(self, role: str, number: int = 1) -> tuple[psutil.Process, psutil.Process]:
        """One worker: Celery's parent, and its child."""
        parent, child = sorted(
            (one for one in self.workers(role) if one.cmdline()[-1] == str(number)), key=lambda one: one.create_time()
        )
        return parent, child

    def is_heard(self, *, since: datetime) -> bool:
        """Whether every worker of every lane has consumed something since then."""
        with self.system.ledger.read() as connection:
            heard = Counter(row.lane for row in beats.every(connection) if row.at >= since)
        return heard >= Counter(self.settings.worker_counts)

    def own_redis(self) -> psutil.Process:
        """The process of the Redis that it started."""
        assert self.process is not None
        children = psutil.Process(self.process.pid).children()
        (found,) = [one for one in children if one.name() == "redis-server"]
        return found

    def said(self) -> str:
        """What stands on its console."""
        return (self.folder / "up.log").read_text(encoding="utf-8")

    def log(self, process: str) -> str:
        """What one of its processes has logged."""
        return (self.folder / "data" / "logs" / f"{process}.log").read_text(encoding="utf-8")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `syndicate` with its configuration."""
        return subprocess.run(
            [sys.executable, "-m", "syndicate", "--config", str(self.folder / "config"), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env=_environment(),
            check=False,
        )

    def kill(self, role: str) -> None:
        """kill -9, parent and child."""
        victims = self.workers(role)
        assert victims, f"nobody plays {role}"
        for victim in victims:
            victim.kill()
        psutil.wait_procs(victims, timeout=10)

    def redis(self) -> redis.Redis:
        """The system's own Redis."""
        return redis.Redis(unix_socket_path=str(self.settings.redis_socket))

    def wait_for(self, fact: Callable[[], bool], *, timeout_s: float) -> None:
        """Wait until something is so; AssertionError with the end of the log when it never is."""
        until = time.monotonic() + timeout_s
        while not fact():
            if time.monotonic() > until:
                raise AssertionError(f"not within {timeout_s} s\n{self._log()}")
            time.sleep(0.1)

    def _is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self._log()
        try:
            return self.is_heard(since=self._started) and self.get("/healthz").ok
        except requests.RequestException:
            return False

    def _log(self) -> str:
        files: Sequence[Path] = sorted((self.folder / "data" / "logs").glob("*.log"))
        texts = [self.said()]
        texts += [f"--- {file.name}\n{file.read_text(encoding='utf-8')[-1500:]}" for file in files]
        return "\n".join(texts)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("SYNDICATE_")}


def _plays(process: psutil.Process, role: str) -> bool:
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    return "workers" in words and role in words


def _configure(folder: Path, partners: Mapping[str, FakePartner | str], **settings: str | Mapping[str, Any]) -> None:
    config = folder / "config"
    for name in ("feeds", "notices"):
        shutil.copytree(CONFIG / name, config / name)
    (config / "partners").mkdir()
    (folder / "data" / "secrets").mkdir(parents=True)
    (folder / "data" / "secrets" / "shared").write_text(SECRET, encoding="utf-8")
    port = free_port()
    written = (CONFIG / "syndicate.toml").read_text(encoding="utf-8")
    written = re.sub(r"(?m)^port = \d+", f"port = {port}", written)
    written = re.sub(r'(?m)^base_url = "[^"]*"', f'base_url = "http://127.0.0.1:{port}"', written)
    written = re.sub(r'(?m)^data_dir = "[^"]*"', f'data_dir = "{folder / "data"}"', written)
    written = written.replace("own_names = [", f'own_names = ["{OWN}", ')
    parts: dict[str, Mapping[str, Any]] = {"patience": {"first_wait_s": 0.5}, "workers": {}}
    parts |= {name: told for name, told in settings.items() if isinstance(told, Mapping)}
    parts["workers"] = {"lease_s": LEASE_S, "beat_every_s": 2} | dict(parts["workers"])
    written = "".join(f'{name} = "{told}"\n' for name, told in settings.items() if isinstance(told, str)) + written
    for name, told in parts.items():
        written = re.sub(rf"(?s)\n\[{name}\].*?(?=\n\[|$)", "", written)
        written += f"\n[{name}]\n" + "".join(f"{field} = {json.dumps(value)}\n" for field, value in told.items())
    (config / "syndicate.toml").write_text(written, encoding="utf-8")
    for name, partner in partners.items():
        text = partner if isinstance(partner, str) else PARTNER.format(name=name, url=partner.url)
        (config / "partners" / f"{name}.toml").write_text(text, encoding="utf-8")
