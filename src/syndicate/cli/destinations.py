"""Who may ask, by shell? `destinations` tells how each is doing; `pause` and `resume` hold back what is due to them."""

from typing import Annotated

import typer

from syndicate.assemble import System
from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import age, fail, local, output, print_json, table
from syndicate.cli.why import no_such_partner, partner_id
from syndicate.ledger import health
from syndicate.model.subscription import is_ours
from syndicate.monitor.destinations import DestinationStatus
from syndicate.monitor.destinations import destinations as look

Named = Annotated[
    str, typer.Argument(metavar="PARTNER[/DESTINATION]", help="A partner, by id or name: all it has; or one of them.")
]


def destinations(
    context: typer.Context,
    troubled: Annotated[bool, typer.Option("--troubled", help="Only those that aren't well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show every destination: its condition, what waits for it and since when, and what has failed."""
    with opened(context) as system:
        timezone = system.newsroom.publisher.timezone
        found = look(system.ledger, directory=system.newsroom.directory, now=system.clock())
    shown = [one for one in found if not troubled or one.condition != "well"]
    if as_json:
        return print_json([one.model_dump(mode="json") for one in shown])
    if not shown:
        return output().print("every destination is well" if found else "there are no destinations yet")
    headings = ("destination", "condition", "waiting", "failed", "oldest due", "why")
    rows = [_row(one, timezone) for one in shown]
    output().print(table(*headings, rows=rows, right=["waiting", "failed", "oldest due"], whole=["destination"]))
    return None


def pause(
    context: typer.Context,
    named: Named,
    reason: Annotated[str, typer.Option(help="Why, for whoever finds it paused.")],
    as_json: AsJson = False,
) -> None:
    """Send nothing to a destination but removals. What it misses is held, in view, and goes when it is resumed."""
    with opened(context) as system:
        done = system.pause(destinations_of(system, named), because=reason)
    _tell(done, "paused", as_json=as_json)


def resume(context: typer.Context, named: Named, as_json: AsJson = False) -> None:
    """Send to a destination again: what was held goes at once, and what failed meanwhile is tried again."""
    with opened(context) as system:
        done = system.resume(destinations_of(system, named))
    _tell(done, "resumed", as_json=as_json)


def destinations_of(system: System, named: str) -> list[str]:
    """The destinations that are meant, by id. Ends the command where there is none of that name."""
    if is_ours(named):
        return _of_hub(system, named)
    directory = system.newsroom.directory
    partner_named, _, name = named.partition("/")
    partner = directory.partner(partner_id(directory, partner_named))
    if partner is None:
        fail(no_such_partner(directory, partner_named))
    known = [partner.destination_id(one) for one in partner.destinations]
    wanted = [one for one in known if not name or one == f"{partner.id}/{name}"]
    if not wanted:
        fail(f"{partner.name} has no destination {named!r}; it has: {', '.join(known) or 'none'}")
    return wanted


def _of_hub(system: System, named: str) -> list[str]:
    """A subscriber's or another hub's: these stand in no file, and are called as `destinations` shows them."""
    with system.ledger.read() as connection:
        known = health.of(connection, [named])
    if not known:
        fail(f"there is no destination {named!r}: see syndicate subscriptions --json")
    return [named]


def _tell(done: list[str], what: str, *, as_json: bool) -> None:
    if as_json:
        return print_json({what: done})
    return output().print(f"{what}: {', '.join(done)}" if done else "nothing to do: it is so already", soft_wrap=True)


def _row(one: DestinationStatus, timezone: str) -> tuple[object, ...]:
    since = f" since {local(one.since, timezone)}" if one.since else ""
    until = f" until {local(one.until, timezone)}" if one.until else ""
    oldest = None if one.oldest_due_s is None else age(one.oldest_due_s)
    return one.id, f"{one.condition}{since}{until}", one.waiting, one.failed, oldest, one.because
