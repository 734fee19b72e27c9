"""The source list as somebody has it in a file: a unit on each line, as plain text or as a table."""

import csv
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pydantic import ValidationError

from syndicate.model.listing import Unit, folded
from syndicate.model.problem import Invalid, Problem, invalid, problems_of

_HEADINGS = ("单位", "单位名称", "稿源单位", "稿源单位名称", "稿源", "名称", "unit", "name", "source")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class _Row(NamedTuple):
    line: int
    cells: tuple[str, ...]


def read_units(content: bytes) -> tuple[Unit, ...]:
    """The units of a file, in its order. Raises `Invalid` with every bad line, as `line 7`.

    UTF-8, with a byte order mark or without, or GB18030. The columns are parted by commas or tabs; the first is the
    unit's name, unless a line of headings calls another 单位名称. Empty lines, and those with a # in front, are none.
    """
    if content.startswith(_UTF_16):
        raise invalid("", "is written in UTF-16; save it as UTF-8")
    problems: list[Problem] = []
    rows = _rows(content, problems)
    column = _named_column(rows[0]) if rows else None
    units = _units(rows[column is not None :], column or 0, problems)
    if not units and not problems:
        raise invalid("", "there is no unit in it; it wants one on each line")
    if problems:
        raise Invalid(sorted(problems, key=lambda problem: int(problem.field.removeprefix("line "))))
    return units


def _rows(content: bytes, problems: list[Problem]) -> list[_Row]:
    """The lines that say something, in columns; what can't be read is noted."""
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    encoding = _encoding(lines)
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            text = line.decode(encoding)
            cells = _cells(text)
        except (UnicodeDecodeError, csv.Error) as error:
            problems.append(_wrong(number, _unreadable(error)))
            continue
        if any(cells) and not text.lstrip().startswith("#"):
            rows.append(_Row(number, cells))
    return rows


def _encoding(lines: Iterable[bytes]) -> str:
    """What most lines are written in: a damaged line of UTF-8 could pass as GB18030, and nobody would see it."""
    telling = [line for line in lines if not line.isascii()]
    in_utf_8 = sum(_is_utf_8(line) for line in telling)
    return "utf-8" if 2 * in_utf_8 >= len(telling) else "gb18030"


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _cells(text: str) -> tuple[str, ...]:
    delimiter = "\t" if "\t" in text else ","
    rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    return tuple(cell.strip() for cell in rows[0]) if rows else ()


def _unreadable(error: UnicodeDecodeError | csv.Error) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "can't be read as UTF-8 or GB18030; save the file as UTF-8"
    return f"its quotes are wrong ({error})"


def _named_column(row: _Row) -> int | None:
    """Where the unit's name stands, if this is a line of headings."""
    found = [number for number, cell in enumerate(row.cells) if folded(cell).lower() in _HEADINGS]
    return found[0] if found else None


def _units(rows: Sequence[_Row], column: int, problems: list[Problem]) -> tuple[Unit, ...]:
    first_at: dict[str, int] = {}
    units = []
    for row in rows:
        name = row.cells[column] if column < len(row.cells) else ""
        further = tuple(cell for number, cell in enumerate(row.cells) if number != column)
        wrong = _against(name, first_at)
        if not wrong:
            first_at[folded(name)] = row.line
            wrong, unit = _unit(name, further)
            units += [unit] if unit else []
        problems += [_wrong(row.line, wrong)] if wrong else []
    return tuple(units)


def _against(name: str, first_at: dict[str, int]) -> str:
    key = folded(name)
    if not key:
        return "names no unit"
    if key.rstrip(".、").isdecimal():
        return (
            f"{name!r} is a number and no unit; put the unit first, or call its column 单位名称 in a line of headings"
        )
    return f"{name} stands on line {first_at[key]} already" if key in first_at else ""


def _unit(name: str, further: tuple[str, ...]) -> tuple[str, Unit | None]:
    try:
        return "", Unit(name=name, further=further)
    except ValidationError as error:
        return "; ".join(f"{problem.field} {problem.message}" for problem in problems_of(error)), None


def _wrong(line: int, message: str) -> Problem:
    return Problem(field=f"line {line}", message=message)
