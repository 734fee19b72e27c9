"""A newsroom's configuration in a folder of its own, and the shell to ask it with. Nobody works there."""

import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner, Result

from syndicate.assemble import System, assemble
from syndicate.cli.main import application
from syndicate.dispatch.inline import Inline
from syndicate.ledger.migrate import migrate
from syndicate.model.step import SENDING_LANES, Deliver
from syndicate.settings import read_settings
from tests.builders import CONFIG, OWN

NOBODY_LISTENS = "http://127.0.0.1:9/push"


@dataclass(frozen=True)
class Shell:
    """`run` a command, `perform` what the workers would do about it, or `open` the system to look for yourself."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def ledger_file(self) -> Path:
        return self.folder / "data" / "ledger.db"

    def run(self, *arguments: str | Path, input: bytes | None = None) -> Result:
        return CliRunner().invoke(application(), list(map(str, arguments)), input=input)

    def without_broker(self) -> None:
        """From now on the broker can't be reached."""
        self.monkeypatch.setenv("SYNDICATE_BROKER_URL", f"redis+socket://{self.folder}/nobody.sock")

    def file(self, name: str, content: Any) -> Path:
        """A file with these bytes, or with this value as JSON."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        file.write_bytes(body)
        return file

    def configure(self, name: str, text: str) -> None:
        """A file of the configuration."""
        (self.config / name).write_text(text, encoding="utf-8")

    def secret(self, name: str) -> None:
        """A secret that is set."""
        self.file(f"data/secrets/{name}", b"whsec_YSBzYW1wbGUgc2VjcmV0IG9mIDMyIGJ5dGVzIGxvbmc=")

    def open(self) -> System:
        """The system with its queue in this process, on a ledger that is there."""
        system = assemble(read_settings(self.config), handover=Inline())
        migrate(system.ledger)
        return system

    def perform(self) -> None:
        """Do once whatever is owed, what has become due just now too."""
        system = self.open()
        system.sweep()
        assert isinstance(system.handover, Inline)
        system.handover([Deliver(lane=lane) for lane in SENDING_LANES])
        system.handover.run(system.perform)
        system.close()


def a_shell(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A shell whose newsroom has the shipped settings, feeds and wording, and no partner yet."""
    shutil.copytree(CONFIG, folder / "config", ignore=shutil.ignore_patterns("demo", "partners"))
    (folder / "config" / "partners").mkdir()
    settings = folder / "config" / "syndicate.toml"
    settings.write_text(settings.read_text("utf-8").replace("own_names = [", f'own_names = ["{OWN}", '), "utf-8")
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "SYNDICATE_LEDGER_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "COLUMNS": "80",
        "SYNDICATE_CONFIG_DIR": str(folder / "config"),
        "SYNDICATE_DATA_DIR": str(folder / "data"),
        "SYNDICATE_BROKER_URL": "memory://",  # reachable, and nobody takes anything from it
    }.items():
        monkeypatch.setenv(name, value)
    level = logging.getLogger("kombu").level
    yield Shell(folder, monkeypatch)
    structlog.reset_defaults()
    logging.getLogger("kombu").setLevel(level)


def a_partner_file(name: str, *, agreement: str = "", url: str = "", secret: str = "hezuo") -> str:
    """A partner as it is configured; `agreement` adds lines to an agreement for the whole century."""
    lines = [f'name = "{name}"']
    lines += [f'[agreement]\nnumber = "QSW-7"\nstarts = 2020-01-01\n{agreement or "ends = 2099-12-31"}']
    if url:
        lines += ['[[destinations]]\nname = "push"\ntransport = "webhook"\nformat = "ninjs"']
        lines += [f'settings = {{ url = "{url}", secret = "{secret}", network = "internal" }}']
    return "\n".join(lines) + "\n"
