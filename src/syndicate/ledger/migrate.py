"""Brings a database to the shape that this version of the code expects."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from syndicate.ledger.database import Ledger


def migrate(ledger: Ledger, *, to: str = "head") -> None:
    """Upgrade to the newest schema, or `to` a revision; on a new SQLite ledger, make its directory first."""
    if ledger.url.database and ledger.url.get_backend_name() == "sqlite":
        Path(ledger.url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ledger.write() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def is_current(ledger: Ledger) -> bool:
    """Whether the database has the schema that this code expects."""
    with ledger.read() as connection:
        return MigrationContext.configure(connection).get_current_heads() == tuple(
            ScriptDirectory.from_config(_config()).get_heads()
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
