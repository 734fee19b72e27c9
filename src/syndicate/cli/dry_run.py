"""Who may ask, by shell? `dry-run` tells what would follow from an event, before anybody sends it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from syndicate.cli.documents import event_in, naming
from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import legible, local, output, print_json, table
from syndicate.cli.why import dropped_pictures
from syndicate.pipeline.dry_run import DryRun, Prospect


def dry_run(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="EVENT", help="A CloudEvent in JSON; - is standard input.")],
    as_json: AsJson = False,
) -> None:
    """Tell who would get an article, in which form, and which pictures would fall out. Nothing is written."""
    with opened(context, ledger="made") as system, naming(file):
        timezone = system.newsroom.publisher.timezone
        found = system.dry_run(event_in(file))
    if as_json:
        return print_json(found.model_dump(mode="json"))
    console = output()
    console.print(_heading(found), soft_wrap=True)
    if found.prospects:
        console.print(_answers(found, timezone))
    if dropped := _pictures(found):
        console.print(dropped)
    return None


def _heading(found: DryRun) -> str:
    event = found.event
    became = f"would be {event.outcome}" + f": {event.reason}" * bool(event.reason)
    revision = f" as revision {event.revision}" if event.revision and event.outcome == "accepted" else ""
    return legible(" · ".join(filter(None, (event.article_id, found.headline, became + revision, *event.notes))))


def _answers(found: DryRun, timezone: str) -> RenderableType:
    rows = [(one.name, _decision(one, timezone), one.clearance.reason, _form(one)) for one in found.prospects]
    return table("partner", "answer", "reason", "form", rows=rows, whole=["answer"])


def _decision(one: Prospect, timezone: str) -> str:
    until = one.clearance.until
    return f"{one.clearance.decision} until\n{local(until, timezone)}" if until else one.clearance.decision


def _form(one: Prospect) -> str:
    return "" if one.clearance.decision == "refused" else "\n".join(one.forms) or "feeds only"


def _pictures(found: DryRun) -> RenderableType | None:
    """Which pictures each audience would not get, by reason."""
    return dropped_pictures({one.name: one.pictures for one in found.prospects})
