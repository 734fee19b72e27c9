"""Who may ask, by shell? `deliveries` lists what was ever owed to a partner, in order, and what became of it."""

from typing import Annotated

import typer

from syndicate.cli.destinations import Named, destinations_of
from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import local, output, print_json, table
from syndicate.monitor.deliveries import Owed
from syndicate.monitor.deliveries import deliveries as look


def deliveries(
    context: typer.Context,
    named: Named,
    last: Annotated[int, typer.Option(min=0, help="Only so many, for each destination; 0: all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what was owed to a partner, in order: for each destination 1, 2, 3 ... without a gap.

    With its state, how often it was tried, and why it stands as it does.
    """
    with opened(context) as system:
        timezone = system.newsroom.publisher.timezone
        wanted = destinations_of(system, named)
        found = look(system.ledger, wanted, last=last or None)
    if as_json:
        return print_json([one.model_dump(mode="json") for one in found])
    if not found:
        return output().print("nothing was ever owed there")
    for destination in wanted:
        rows = [_row(one, timezone) for one in found if one.destination == destination]
        headings = (destination, "what", "state", "tries", "reason")
        output().print(table(*headings, rows=rows, right=[destination, "tries"], whole=[destination]))
    return None


def _row(one: Owed, timezone: str) -> tuple[object, ...]:
    until = f" until\n{local(one.due_at, timezone)}" if one.state == "waiting" and one.due_at else ""
    what = f"{one.action} {one.article} revision {one.revision}\n{one.id}"
    return one.number, what, f"{one.state}{until}", one.tries, one.reason
