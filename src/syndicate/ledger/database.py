"""The way into the ledger: a transaction to write, a transaction to read, on SQLite or PostgreSQL.

SQLite is used as measured in the design: WAL, `synchronous=FULL`, `BEGIN IMMEDIATE` from the start, a file lock around
writes (SQLite's own waiting is unfair and starves a third writer), and an engine of its own for reading.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_MS = 30_000
CACHE_KIB = 64 * 1024  # at most; a process that needs less takes less
IN_ONE_STATEMENT = 1_000  # values: both databases take more, and neither takes any number
CHECKPOINT_PAGES = 4_000  # of 4 KiB: a page that is written again and again is copied back once


class Ledger:
    """One database. Opens nothing until it is used; safe to share between threads, not across a fork."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self._lock_path: Path | None = None
        if self.url.get_backend_name() == "sqlite":
            if not self.url.database:
                raise ValueError("the ledger needs a file: sqlite:////path/to/ledger.db")
            self._lock_path = Path(self.url.database + ".lock")
            self._writing, self._reading = _sqlite(self.url, "BEGIN IMMEDIATE"), _sqlite(self.url, "BEGIN")
        else:
            self._writing = create_engine(_with_driver(self.url), pool_pre_ping=True, hide_parameters=True)
            self._reading = self._writing

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that writes: committed when the block ends, rolled back when it raises."""
        with self._turn(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def rehearse(self) -> Iterator[Connection]:
        """A transaction that is always rolled back: to see what would follow, with nothing written."""
        with self._turn(), self._writing.connect() as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look, without locks."""
        with self._reading.connect() as connection:
            if not self._lock_path:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self._writing.dispose()
        self._reading.dispose()

    @property
    def engine(self) -> Engine:
        """The engine that writes, for migrations."""
        return self._writing

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._lock_path is None:
            yield
            return
        descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def database_time(connection: Connection) -> datetime:
    """The database's own clock, by which leases run, so that workers with other clocks agree."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)  # SQLite has no clock but this machine's
    moment: datetime = connection.scalar(select(func.clock_timestamp()))  # type: ignore[assignment]
    return moment.astimezone(UTC)


def _with_driver(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def was_deadlock(error: OperationalError) -> bool:
    """Whether a transaction was undone because it and another waited for each other (PostgreSQL, SQLSTATE 40P01)."""
    return getattr(error.orig, "sqlstate", None) == "40P01"


def in_batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """So many values at a time as one statement may name."""
    return (values[start : start + IN_ONE_STATEMENT] for start in range(0, len(values), IN_ONE_STATEMENT))


def _sqlite(url: URL, begin: str) -> Engine:
    engine = create_engine(url, hide_parameters=True)  # an error's text must not carry what was written

    @event.listens_for(engine, "connect")
    def _on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver would say it too late
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            f"cache_size=-{CACHE_KIB}",
            f"wal_autocheckpoint={CHECKPOINT_PAGES}",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
