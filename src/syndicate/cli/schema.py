"""Who may ask, by shell? `schema` prints the contract of an event, for the CMS's side; docs/ holds a copy."""

import json
from pathlib import Path
from typing import Annotated

import typer

from syndicate.cli.opening import plain_errors
from syndicate.model.event import event_schema


def schema(
    out: Annotated[Path | None, typer.Option("--out", dir_okay=False, help="Write it into this file instead.")] = None,
) -> None:
    """Print the JSON Schema (2020-12) of the events that we take in."""
    if out is None:
        return typer.echo(schema_text(), nl=False)
    with plain_errors():
        out.write_text(schema_text(), encoding="utf-8", newline="\n")
    return None


def schema_text() -> str:
    """The schema as it stands in docs/event.schema.json."""
    return json.dumps(event_schema(), ensure_ascii=False, indent=2) + "\n"
