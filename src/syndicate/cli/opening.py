"""Who may ask, by shell? Opens what a command needs, and turns every expected error into a line saying what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from syndicate.assemble import System, assemble_with_queue
from syndicate.cli.terminal import fail
from syndicate.ledger.database import Ledger
from syndicate.ledger.migrate import is_current, migrate
from syndicate.model.problem import Invalid
from syndicate.settings import Settings, read_settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
LedgerWanted = Literal["current", "made", "none"]
UPGRADE = "run: syndicate ledger upgrade"


@contextmanager
def opened(context: typer.Context, *, ledger: LedgerWanted = "current") -> Iterator[System]:
    """The configured system. Its ledger must be current; `made` makes a SQLite one that isn't there, `none` asks not.

    What goes wrong in an expected way ends the command with exit code 1 and its reason.
    """
    with plain_errors():
        system = assemble_with_queue(settings_of(context))
        try:
            if ledger != "none":
                require_current(system.ledger, make=ledger == "made")
            yield system
        finally:
            system.close()


@contextmanager
def opened_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger alone, in whatever shape it is."""
    ledger = Ledger(settings.ledger)
    try:
        yield ledger
    finally:
        ledger.close()


def settings_of(context: typer.Context) -> Settings:
    """The settings of the directory that `--config` named, or of where they are looked for without."""
    config_dir: Path | None = context.obj
    return read_settings(config_dir)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Ends the command with exit code 1 and one line for each mistake when something expected goes wrong."""
    try:
        yield
    except Invalid as error:
        fail(*map(str, error.problems))
    except UnicodeEncodeError:  # an argument in another encoding: the ledger, and JSON, are in UTF-8
        fail("an argument isn't UTF-8: say it again in a terminal that is set to UTF-8")
    except SQLAlchemyError as error:
        fail(f"the ledger can't be used: {_cause(error)}; is ledger_url right, and the database up?")
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        fail("a PostgreSQL ledger needs psycopg: install syndicate with its extra, syndicate[postgresql]")
    except BrokenPipeError:
        raise  # whoever read our output has enough of it: Typer ends quietly
    except OSError as error:
        fail(f"{error.filename or 'the system'}: {error.strerror or error}")


def require_current(ledger: Ledger, *, make: bool = False) -> None:
    """End the command unless the ledger has the shape that this version expects."""
    if is_missing(ledger):
        if not make:
            fail(f"there is no ledger at {ledger.url.database} yet; {UPGRADE}")
        migrate(ledger)
    elif not is_current(ledger):
        fail(f"the ledger hasn't the shape that this version of syndicate expects; {UPGRADE}")


def is_missing(ledger: Ledger) -> bool:
    """Whether it is a SQLite file that nobody has made yet. (Only to look into it would make it.)"""
    return ledger.url.get_backend_name() == "sqlite" and not Path(ledger.url.database or "").exists()


def _cause(error: SQLAlchemyError) -> str:
    """Why, in one line, without the statement and its values."""
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return said.strip().partition("\n")[0]
