"""What tests share: a ledger on each database there is, and a whole system to rehearse with."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.ledger.database import Ledger
from syndicate.ledger.migrate import migrate
from tests.fakes.postgresql import Cluster, cluster_of_our_own
from tests.fakes.rehearsal import Rehearsal

TEMPLATE = "migrated"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where CI=true nothing may be skipped: what a test needs is installed there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """PostgreSQL, where it is installed; a test that needs it is skipped without, but where CI=true it fails."""
    with cluster_of_our_own("-c synchronous_commit=off") as cluster:
        cluster.say(f"CREATE DATABASE {TEMPLATE}")
        _migrated(cluster.url(TEMPLATE)).close()
        yield cluster


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
