"""Who may ask, by shell? `ledger` brings the database to the shape that this version expects, or prunes it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import typer
from alembic.util.exc import CommandError
from rich.progress import Progress

from syndicate.assemble import System
from syndicate.cli.opening import UPGRADE, AsJson, is_missing, opened, opened_ledger, plain_errors, settings_of
from syndicate.cli.terminal import fail, output, print_json
from syndicate.ledger.database import Ledger
from syndicate.ledger.migrate import is_current, migrate
from syndicate.ledger.retention import Dropped
from syndicate.pipeline.prune import forget_fetches, prunable

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


def prune(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be dropped.")] = False,
    as_json: AsJson = False,
) -> None:
    """Drop the bytes, and the fetches, of longer ago than [retention] says. The clock does the same once a day.

    Every row stays, and all that a withdrawal needs: it reaches everybody who ever had any version.
    """
    with opened(context) as system:
        found = prunable(system.ledger, keep=system.kept_for)
        parts = [found] if dry_run else list(_bar(system, found.deliveries, quiet=as_json))
        if not dry_run:
            days = system.settings.retention.fetches_days
            list(forget_fetches(system.ledger, keep=timedelta(days=days)))
    many, size = sum(part.deliveries for part in parts), sum(part.bytes for part in parts)
    if as_json:
        return print_json({"deliveries": many, "bytes": size, "kept_days": system.kept_for.days, "dry_run": dry_run})
    what = "would be dropped" if dry_run else "were dropped"
    kept = f"older than {system.kept_for.days} days"
    return output().print(f"the bytes of {many} deliveries {kept} {what}: {size / 2**20:.1f} MiB", soft_wrap=True)


def _bar(system: System, total: int, *, quiet: bool) -> Iterator[Dropped]:
    console = output(stderr=True)
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task("dropping", total=total)
        for dropped in system.prune():
            progress.advance(task, dropped.deliveries)
            yield dropped


def _wrong(ledger: Ledger) -> str:
    if is_missing(ledger):
        return f"is not there yet; {UPGRADE}"
    return "" if is_current(ledger) else f"hasn't the shape that this version of syndicate expects; {UPGRADE}"


def _name(ledger: Ledger) -> str:
    return ledger.url.render_as_string(hide_password=True)
