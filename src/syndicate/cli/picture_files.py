"""Who may ask, by shell? Reads a file of pictures' rights, and tells all that is wrong with it at once."""

import csv
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from rich.progress import track

from syndicate.cli.picture_entries import COLUMNS, entry
from syndicate.cli.terminal import fail, output
from syndicate.model.picture_rights import PictureRights
from syndicate.model.problem import Invalid
from syndicate.pipeline.newsroom import Newsroom

MANY = 500  # lines from which on a bar shows how far we are
ENCODINGS = ("utf-8-sig", "gb18030")  # the second is what Excel writes in a Chinese Windows


class Read(NamedTuple):
    """An entry, and the line it ends on."""

    line: int
    entry: PictureRights


def entries_in(
    file: Path, defaults: Mapping[str, str], *, newsroom: Newsroom, now: datetime, quiet: bool
) -> Sequence[Read]:
    """Every entry of a file. With any mistake, each is told by line and column, and the command ends: nothing is done.

    `defaults` stand for what a line doesn't say.
    """
    lines = _lines(file)
    console = output(stderr=True)
    hidden = quiet or len(lines) < MANY or not console.is_terminal
    found, mistakes = [], list[str]()
    for number, cells in track(lines, "reading", console=console, transient=True, disable=hidden):
        given = {name: value for name, value in cells.items() if value.strip()}
        try:
            found.append(Read(number, entry({**defaults, **given}, newsroom=newsroom, now=now)))
        except Invalid as error:
            mistakes += [f"{file}:{number}: {problem}" for problem in error.problems]
    if mistakes:
        fail(*mistakes, f"{file}: nothing was recorded")
    if not found:
        fail(f"{file}: there is no line in it beneath the columns")
    return found


def _lines(file: Path) -> list[tuple[int, dict[str, str]]]:
    """The lines by their columns, with their numbers; blank ones are left out."""
    rows = csv.reader(_text(file).splitlines(keepends=True), strict=True)
    try:
        columns = [name.strip().replace("-", "_") for name in next(rows, [])]
        _check_columns(file, columns)
        written = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        fail(f"{file}:{rows.line_num}: is no CSV: {error}")
    if long := [
        f"{file}:{number}: has more cells than there are columns" for number, row in written if len(row) > len(columns)
    ]:
        fail(*long, f"{file}: nothing was recorded")
    return [(number, dict(zip(columns, row, strict=False))) for number, row in written]


def _check_columns(file: Path, columns: Sequence[str]) -> None:
    known = ", ".join(COLUMNS)
    wrong = [f"{file}:1: there is no column {name!r}; there is: {known}" for name in columns if name not in COLUMNS]
    wrong += [f"{file}:1: column {name} stands there twice" for name in COLUMNS if columns.count(name) > 1]
    wrong += [] if "url" in columns else [f"{file}:1: column url is required"]
    if wrong:
        fail(*wrong)


def _text(file: Path) -> str:
    written = file.read_bytes()
    for encoding in ENCODINGS:
        with suppress(UnicodeDecodeError):
            return written.decode(encoding)
    return fail(f"{file}: is neither UTF-8 nor GB 18030")
