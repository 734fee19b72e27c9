"""Who may ask, by shell? What they see: tables, lines of JSON and plain sentences, safe for any text and any width.

Results go to standard output, everything else to standard error, so that results can be piped.
"""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table


def output(*, stderr: bool = False) -> Console:
    """A console that prints text as it is: a headline with [brackets] or :colons: is not markup."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def say(*lines: str) -> None:
    """Tell the person at the terminal something that isn't the result."""
    for line in lines:
        typer.echo(legible(line), err=True)


def fail(*lines: str) -> NoReturn:
    """Say what is wrong, a line for each mistake, and end with exit code 1."""
    say(*lines)
    raise typer.Exit(1)


def print_json(value: Any) -> None:  # noqa: ANN401 - JSON is what it is
    """One JSON value on one line."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def table(
    *headings: str, rows: Iterable[Sequence[object]], right: Sequence[str] = (), whole: Sequence[str] = ()
) -> Table:
    """A table that wraps rather than cuts. None is an empty cell.

    `right` names the columns of numbers, `whole` those that are to be copied, and never wrap.
    """
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading in headings:
        justify: JustifyMethod = "right" if heading in right else "left"
        made.add_column(heading, overflow="fold", justify=justify, no_wrap=heading in whole)
    for row in rows:
        made.add_row(*("" if part is None else legible(str(part)) for part in row))
    return made


def legible(text: str) -> str:
    """`text` without what could steer a terminal: control and formatting characters. Lines stay lines."""
    return "".join(_seen(character) for character in text)


def age(seconds: float) -> str:
    """How long ago, in the largest unit that makes sense: `45 s`, `12 min`, `3 h`, `5 d`."""
    for unit, length_s in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length_s:
            return f"{seconds / length_s:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def local(moment: datetime, timezone: str) -> str:
    """A moment as a clock in the publisher's zone shows it."""
    return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"


def _seen(character: str) -> str:
    match unicodedata.category(character):
        case "Cc":
            return character if character == "\n" else " "
        case "Cf" | "Cs":
            return ""
        case _:
            return character
