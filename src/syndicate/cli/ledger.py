"""Who may ask, by shell? `ledger` brings the database to the shape that this version expects, or looks at it."""

import typer
from alembic.util.exc import CommandError

from syndicate.cli.opening import UPGRADE, AsJson, is_missing, opened_ledger, plain_errors, settings_of
from syndicate.cli.terminal import fail, output, print_json
from syndicate.ledger.database import Ledger
from syndicate.ledger.migrate import is_current, migrate

NEWER = "the ledger was made by a newer version of syndicate than this one; install that version"


def upgrade(context: typer.Context) -> None:
    """Make the ledger, or bring it to this version's shape. Running it again changes nothing."""
    with plain_errors(), opened_ledger(settings_of(context)) as ledger:
        try:
            migrate(ledger)
        except CommandError:
            fail(f"{_name(ledger)}: {NEWER}")
        output().print(f"the ledger is up to date: {_name(ledger)}", soft_wrap=True)


def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Look whether the ledger is there and has the shape that this version expects."""
    with plain_errors(), opened_ledger(settings_of(context)) as ledger:
        wrong = _wrong(ledger)
        if as_json:
            print_json({"ok": not wrong, "ledger": _name(ledger), "said": wrong or "up to date"})
        elif not wrong:
            output().print(f"the ledger is up to date: {_name(ledger)}", soft_wrap=True)
        else:
            fail(f"{_name(ledger)}: {wrong}")
        if wrong:
            raise typer.Exit(1)


def _wrong(ledger: Ledger) -> str:
    if is_missing(ledger):
        return f"is not there yet; {UPGRADE}"
    return "" if is_current(ledger) else f"hasn't the shape that this version of syndicate expects; {UPGRADE}"


def _name(ledger: Ledger) -> str:
    return ledger.url.render_as_string(hide_password=True)
