"""Sets the demonstration up: a directory of its own, with a configuration, secrets, receivers and free ports."""

import fcntl
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import requests

from syndicate.assemble import System, assemble
from syndicate.demo.receiver import Receiver
from syndicate.ledger.migrate import migrate
from syndicate.settings import find_config_dir, read_settings
from syndicate.transports.keys import new_key
from syndicate.web.tokens import issue

MARK = ".syndicate-demo"
_PORT_IN_URL = re.compile(r"(http://127\.0\.0\.1:)(\d+)(/)")


class NotOurs(RuntimeError):
    """The directory holds something else, or another demonstration works in it; the message says what to do."""


@dataclass(frozen=True)
class Stage:
    """A demonstration, ready to begin. `events_token` may put events in, `feed_tokens` open the partners' feeds."""

    folder: Path
    system: System
    receivers: dict[str, Receiver]
    events: tuple[Path, ...]
    events_token: str
    feed_tokens: dict[str, str]
    http: requests.Session

    @property
    def base_url(self) -> str:
        """Where the web process answers."""
        return self.system.settings.web.base_url

    @property
    def received(self) -> Path:
        """What the partners received: one folder for each."""
        return self.folder / "received"

    @property
    def feeds(self) -> Path:
        """Where copies of the feeds go."""
        return self.folder / "feeds"


@contextmanager
def set_up(folder: Path) -> Iterator[Stage]:
    """Prepare `folder`, from nothing, and let the partners listen until the block ends. Raises `NotOurs`."""
    lock = _lock(folder)
    _clear(folder)
    shipped = find_config_dir()
    receivers: dict[str, Receiver] = {}
    try:
        _configure(folder, shipped, receivers)
        settings = read_settings(folder / "config")
        system = assemble(settings, handover=_nobody)
        migrate(system.ledger)
        now = datetime.now(UTC)
        http = requests.Session()
        http.trust_env = False  # a proxy knows nothing of our loopback
        yield Stage(
            folder=folder,
            system=system,
            receivers=receivers,
            events=tuple(sorted((shipped / "demo" / "articles").glob("*.json"))),
            events_token=issue(system.ledger, name="demo-cms", scopes=["events:write"], partner_id=None, now=now),
            feed_tokens={
                name: issue(system.ledger, name=f"{name} feed", scopes=["feeds:read"], partner_id=name, now=now)
                for name in receivers
            },
            http=http,
        )
        http.close()
        system.close()
    finally:
        for receiver in receivers.values():
            receiver.stop()
        lock.close()


def _lock(folder: Path) -> TextIO:
    """Make sure that no other demonstration works in this directory, which is about to be emptied."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = (folder.parent / f".{folder.name}.lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise NotOurs(
            f"a demonstration runs already in {folder}: end it, or name another directory with --dir"
        ) from None
    return lock


def _nobody(steps: object) -> None:
    """The demonstration itself hands nothing over: it speaks to the system as a newsroom would, by HTTP."""


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise NotOurs(f"{folder} holds something else: name an empty directory with --dir")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).touch()


def _configure(folder: Path, shipped: Path, receivers: dict[str, Receiver]) -> None:
    config, secrets = folder / "config", folder / "data" / "secrets"
    for name in ("feeds", "notices"):
        shutil.copytree(shipped / name, config / name)
    (config / "partners").mkdir()
    secrets.mkdir(parents=True, mode=0o700)
    web = _free_port(8080)
    written = (shipped / "syndicate.toml").read_text(encoding="utf-8")
    written = re.sub(r"(?m)^port = \d+", f"port = {web}", written)
    written = re.sub(r'(?m)^base_url = "[^"]*"', f'base_url = "http://127.0.0.1:{web}"', written)
    data_dir = (folder / "data").absolute()
    written = re.sub(r'(?m)^data_dir = "[^"]*"', lambda _: f'data_dir = "{data_dir}"', written)
    (config / "syndicate.toml").write_text(written, encoding="utf-8")
    for file in sorted((shipped / "demo" / "partners").glob("*.toml")):
        _configure_partner(file, folder=folder, receivers=receivers)


def _configure_partner(file: Path, *, folder: Path, receivers: dict[str, Receiver]) -> None:
    """Let one partner listen, on the port its file names if that is free, and write its file down accordingly."""
    written = file.read_text(encoding="utf-8")
    named = _PORT_IN_URL.search(written)
    assert named is not None  # every demo partner has a destination on loopback
    port = _free_port(int(named.group(2)))
    secret = new_key("symmetric").text
    secret_file = folder / "data" / "secrets" / file.stem
    secret_file.touch(mode=0o600)
    secret_file.write_text(secret, encoding="utf-8")
    receivers[file.stem] = Receiver(file.stem, secret, folder / "received" / file.stem, port)
    receivers[file.stem].start()
    target = folder / "config" / "partners" / file.name
    target.write_text(_PORT_IN_URL.sub(rf"\g<1>{port}\g<3>", written), encoding="utf-8")


def _free_port(wanted: int) -> int:
    """The wanted port if it is free, else any that is."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("there is no free port on 127.0.0.1")
