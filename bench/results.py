"""What a part of the benchmark comes to: rows with ratios, and the machine that they were measured on."""

import platform
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pycurl

Say = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """One line of the table: what was done, its figures, and the ratio that counts with what it is a ratio to."""

    name: str
    figures: dict[str, float]
    ratio: float | None = None
    to: str = ""
    goal: str = ""


@dataclass
class Results:
    """Everything that was measured, and where."""

    machine: dict[str, str]
    rows: list[Row] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For `var/bench/PART.json`."""
        return {"machine": self.machine, "rows": [asdict(row) for row in self.rows]}


def machine() -> dict[str, str]:
    """What it was measured on, and with what."""
    model = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "")
    nginx = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=False).stderr.strip()
    libraries = ("celery", "requests", "pycurl", "SQLAlchemy", "orjson")
    return {
        "processor": f"{model} ({len([1 for line in _lines('/proc/cpuinfo') if line.startswith('processor')])} cores)",
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "libcurl": pycurl.version,
        "nginx": nginx,
        **{name: version(name) for name in libraries},
    }


def _lines(file: str) -> list[str]:
    return Path(file).read_text("utf-8").splitlines() if Path(file).exists() else []
