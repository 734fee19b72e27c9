"""A PostgreSQL server of our own, for tests, on a socket in a folder that goes away with it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pwd import getpwnam

import pytest

QUICK = "-c fsync=off -c full_page_writes=off"  # nobody pulls the plug in a test


@dataclass(frozen=True)
class Cluster:
    """The server. Whoever is root runs its programs as somebody else, or they refuse."""

    binaries: Path
    folder: Path
    account: str | None
    options: str

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-c listen_addresses= -c max_connections=60 {QUICK} {self.options} -k {self.folder}"
        self.run("pg_ctl", "start", "-w", "-l", str(self.folder / "log"), "-o", options)

    def stop(self, how: str = "immediate") -> None:
        """Stop it: `fast` breaks off what is under way, `immediate` is as good as kill -9."""
        self.run("pg_ctl", "stop", "-w", "-m", how)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs."""
        done = subprocess.run(
            [self.binaries / program, "-D", self.folder / "data", *arguments],
            user=self.account,
            group=getpwnam(self.account).pw_gid if self.account else None,
            extra_groups=[] if self.account else None,
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{program}: {done.stdout}"

    def url(self, database: str) -> str:
        """The address of one database."""
        return f"postgresql://syndicate@/{database}?host={self.folder}"

    def say(self, statement: str) -> None:
        """One statement outside any transaction, such as CREATE DATABASE."""
        import psycopg  # an extra: the unit tests do without

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def cluster_of_our_own(options: str) -> Iterator[Cluster]:
    """A new, empty one that runs; a test that needs it is skipped without PostgreSQL, but where CI=true it fails."""
    binaries = _postgresql()
    if binaries is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("there is no PostgreSQL: initdb wasn't found")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path may have 107 bytes
    account = _unprivileged() if os.geteuid() == 0 else None
    if account:
        shutil.chown(folder, account)
    cluster = Cluster(binaries, folder, account, options)
    try:
        cluster.run("initdb", "-U", "syndicate", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder)


def _postgresql() -> Path | None:
    """The folder with initdb and pg_ctl: Debian keeps them off the PATH."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _unprivileged() -> str:
    try:
        return getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"
