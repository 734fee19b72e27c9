"""Who may ask, by shell? `withdrawals` tells how far each has got: sent, acknowledged, checked gone, or overdue."""

from typing import Annotated

import typer
from rich.console import RenderableType

from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import legible, local, output, print_json, table
from syndicate.model.record import Moment
from syndicate.monitor.withdrawals import Removal, Withdrawn
from syndicate.monitor.withdrawals import withdrawals as look


def withdrawals(
    context: typer.Context,
    only_open: Annotated[bool, typer.Option("--open", help="Only those that aren't complete everywhere.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show every withdrawal, with a clock for each partner: sent, acknowledged, checked gone, or overdue.

    It is complete where the partner has acknowledged it and its page answers 404 or 410. A partner that never told the
    address of its page can't be checked.
    """
    with opened(context) as system:
        timezone = system.newsroom.publisher.timezone
        directory = system.newsroom.directory
        found = look(system.ledger, directory=directory, now=system.clock(), only_open=only_open)
    if as_json:
        return print_json([one.model_dump(mode="json") for one in found])
    console = output()
    if not found:
        console.print("every withdrawal is complete" if only_open else "nobody had to be told of a withdrawal yet")
    for one in found:
        console.print(_heading(one, timezone), soft_wrap=True)
        console.print(_clocks(one, timezone))
        for address in _addresses(one):
            console.print(address, soft_wrap=True)  # on a line of its own, to be copied whole
    return None


def _heading(one: Withdrawn, timezone: str) -> str:
    because = f": {one.reason}" if one.reason else ""
    return legible(f"{one.article} · {one.headline} · withdrawn {local(one.since, timezone)}{because}")


def _clocks(one: Withdrawn, timezone: str) -> RenderableType:
    rows = [_clock(removal, timezone) for removal in one.removals]
    headings = ("destination", "standing", "sent", "acknowledged", "checked gone", "overdue since", "said")
    return table(*headings, rows=rows, whole=["standing"])


def _clock(removal: Removal, timezone: str) -> tuple[object, ...]:
    overdue = removal.deadline if removal.standing == "overdue" else None
    moments = (removal.sent_at, removal.acknowledged_at, removal.gone_at, overdue)
    told = [_at(moment, timezone) for moment in moments]
    return removal.destination, removal.standing, *told, removal.said


def _at(moment: Moment | None, timezone: str) -> str | None:
    return local(moment, timezone) if moment else None


def _addresses(one: Withdrawn) -> list[str]:
    """Where the pages are that aren't gone."""
    there = [removal for removal in one.removals if removal.standing in ("checking", "overdue")]
    return [legible(f"{removal.destination}: {removal.remote_url}") for removal in there]
