"""Who may ask, by shell? `sources` keeps the dated list of units whose news may be reprinted (稿源单位名单)."""

import getpass
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from syndicate.assemble import System
from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import fail, legible, local, output, print_json, say, table
from syndicate.ledger import listings
from syndicate.ledger.listings import Imported
from syndicate.model.listing import Edition, Unit
from syndicate.model.problem import Invalid, Problem, problems_of
from syndicate.model.source_file import read_units

NO_EDITION = "no edition of the source list was imported yet; run: syndicate sources import FILE"
EditionName = Annotated[str, typer.Argument(help="An edition's name, as `syndicate sources list` shows it.")]


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A unit on each line; - is standard input.")],
    *,
    edition: Annotated[str, typer.Option(help="What this edition is called, such as 2025-06.")],
    starts: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day that it counts.")],
    by: Annotated[str, typer.Option(help="Who imports it; without, whoever is logged in.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """Take in an edition of the source list, whole. From its first day on others' words leave only from its units.

    Plain text, or a table with further columns, in UTF-8 or GB18030. The same edition again is harmless; another one of
    its name is refused.
    """
    with opened(context, ledger="made") as system:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        told = _edition(str(file), content, name=edition, starts=starts)
        done = system.import_edition(told, by=by or getpass.getuser())
    if as_json:
        return print_json(done.model_dump(mode="json", exclude={"steps"}))
    before = "; the same was imported before" if done.outcome == "known" else ""
    return output().print(
        legible(f"edition {done.edition} has {done.units} units and counts from {done.starts}{before}"), soft_wrap=True
    )


def diff(
    context: typer.Context,
    former: Annotated[str, typer.Argument(metavar="[FROM]", help="Without, the newest but one.")] = "",
    later: Annotated[str, typer.Argument(metavar="[TO]", help="Without, the newest.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tell which units came on the list, and which left it, from one edition to another."""
    with opened(context) as system, system.ledger.read() as connection:
        first, second = _two(listings.every(connection), former, later)
        before, after = listings.units(connection, first), listings.units(connection, second)
    added, gone = _without(after, before), _without(before, after)
    if as_json:
        told = {"from": first.name, "to": second.name, "added": _told(added), "gone": _told(gone)}
        return print_json(told)
    rows = [(sign, unit.name, " · ".join(unit.further)) for sign, some in (("+", added), ("-", gone)) for unit in some]
    console = output()
    console.print(legible(f"{first.name} → {second.name}: {len(added)} added, {len(gone)} gone"), soft_wrap=True)
    return console.print(table("", "unit", "said of it", rows=rows, whole=[""])) if rows else None


def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List the editions: from when each counts, how many units it has, who imported it and when."""
    with opened(context) as system:
        now, timezone = system.clock(), system.newsroom.publisher.timezone
        editions = _editions(system)
    counts = _in_force(editions, now)
    if as_json:
        return print_json([_as_json(one) | {"in_force": one == counts} for one in editions])
    if not editions:
        return say(NO_EDITION)
    rows = [
        (one.name, one.starts, _standing(one, counts, now), one.units, one.by, local(one.imported_at, timezone))
        for one in editions
    ]
    headings = ("edition", "starts", "standing", "units", "imported by", "imported")
    return output().print(table(*headings, rows=rows, right=["units"], whole=["starts", "standing"]))


def check(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A unit's name, as origin.source says it.")],
    as_json: AsJson = False,
) -> None:
    """Tell on which editions a unit is. Exit code 1 when it isn't on the one in force, or none is in force."""
    with opened(context) as system:
        now = system.clock()
        with system.ledger.read() as connection:
            found = listings.editions_with(connection, name)
    counts = _in_force([edition for edition, _ in found], now)
    is_listed = any(unit is not None and edition == counts for edition, unit in found)
    if as_json:
        print_json(
            {
                "name": name,
                "in_force": counts.name if counts else None,
                "listed": is_listed,
                "editions": [_as_json(edition) | {"listed": unit is not None} for edition, unit in found],
            }
        )
    elif not found:
        say(NO_EDITION)
    else:
        rows = [
            (one.name, one.starts, _standing(one, counts, now), "yes" if unit else "no", _said(unit))
            for one, unit in found
        ]
        headings = ("edition", "starts", "standing", "on it", "said of it")
        output().print(table(*headings, rows=rows, whole=["starts", "standing", "on it"]))
    if not is_listed:
        raise typer.Exit(1)


def _edition(file: str, content: bytes, *, name: str, starts: datetime) -> Edition:
    """The edition that a file tells. Raises `Invalid` with every mistake: `FILE: line 7: …`."""
    try:
        return Edition.model_validate({"name": name, "starts": starts.date(), "units": read_units(content)})
    except Invalid as error:
        raise Invalid(_in_file(file, problem) for problem in error.problems) from None
    except ValidationError as error:
        raise Invalid(map(_as_option, problems_of(error))) from None


def _as_option(problem: Problem) -> Problem:
    """A mistake in what was said beside the file."""
    option = {"name": "--edition"}.get(problem.field, f"--{problem.field}")
    return Problem(field=option, message=problem.message)


def _in_file(file: str, problem: Problem) -> Problem:
    return Problem(field=": ".join(filter(None, (file, problem.field))), message=problem.message)


def _editions(system: System) -> Sequence[Imported]:
    with system.ledger.read() as connection:
        return listings.every(connection)


def _in_force(editions: Sequence[Imported], now: datetime) -> Imported | None:
    begun = [one for one in editions if one.starts_at <= now]
    return begun[-1] if begun else None


def _standing(edition: Imported, counts: Imported | None, now: datetime) -> str:
    if edition == counts:
        return "in force"
    return "to come" if edition.starts_at > now else "replaced"


def _two(editions: Sequence[Imported], former: str, later: str) -> tuple[Imported, Imported]:
    """The editions that are compared: those that are named, else the newest two; the one before the one that is."""
    known = {one.name: one for one in editions}
    if unknown := [name for name in (former, later) if name and name not in known]:
        fail(*(f"there is no edition {name!r}; there is {', '.join(known) or 'none'}" for name in unknown))
    if len(editions) < 2 and not (former and later):
        fail(f"there is {editions[0].name} only, and nothing to compare it with" if editions else NO_EDITION)
    second = known[later] if later else editions[-1]
    first = known[former] if former else editions[-2]
    return first, second


def _without(units: Mapping[str, Unit], others: Mapping[str, Unit]) -> list[Unit]:
    return [unit for name, unit in units.items() if name not in others]


def _told(units: Sequence[Unit]) -> list[dict[str, Any]]:
    return [unit.model_dump(mode="json") for unit in units]


def _said(unit: Unit | None) -> str | None:
    return " · ".join(filter(None, unit.further)) if unit else None


def _as_json(edition: Imported) -> dict[str, Any]:
    return {
        "edition": edition.name,
        "starts": edition.starts.isoformat(),
        "units": edition.units,
        "by": edition.by,
        "imported_at": edition.imported_at.isoformat(),
    }
