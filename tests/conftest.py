"""What tests share: a ledger on each database there is, and a whole system to rehearse with."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from pwd import getpwnam

import pytest

from syndicate.ledger.database import Ledger
from syndicate.ledger.migrate import migrate
from tests.fakes.rehearsal import Rehearsal

TEMPLATE = "migrated"
OPTIONS = "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server of our own, on a socket in a folder that goes away with it."""

    binaries: Path
    folder: Path
    account: str | None

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs; whoever is root becomes somebody else first, or it refuses."""
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


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where CI=true nothing may be skipped: what a test needs is installed there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """PostgreSQL, where it is installed; a test that needs it is skipped without, but where CI=true it fails."""
    binaries = _postgresql()
    if binaries is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("there is no PostgreSQL: initdb wasn't found")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path may have 107 bytes
    account = _unprivileged() if os.geteuid() == 0 else None
    if account:
        shutil.chown(folder, account)
    cluster = Cluster(binaries=binaries, folder=folder, account=account)
    try:
        cluster.run("initdb", "-U", "syndicate", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        cluster.run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", f"{OPTIONS} -k {folder}")
        try:
            cluster.say(f"CREATE DATABASE {TEMPLATE}")
            _migrated(cluster.url(TEMPLATE)).close()
            yield cluster
        finally:
            cluster.run("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("ledger") / "ledger.db"
    _migrated(f"sqlite:///{file}").close()
    return file


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty ledger."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "ledger.db")
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    cluster.say(f"CREATE DATABASE ledger TEMPLATE {TEMPLATE}")
    yield cluster.url("ledger")
    cluster.say("DROP DATABASE ledger WITH (FORCE)")


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """A migrated, empty ledger: each test runs once on each database."""
    ledger = Ledger(ledger_url)
    yield ledger
    ledger.close()


@pytest.fixture
def system(ledger: Ledger, tmp_path: Path) -> Iterator[Rehearsal]:
    """The whole system in this process, with partners on loopback and a clock that the test turns."""
    with Rehearsal(ledger, data_dir=tmp_path) as rehearsal:
        yield rehearsal


def _migrated(url: str) -> Ledger:
    ledger = Ledger(url)
    migrate(ledger)
    return ledger


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
