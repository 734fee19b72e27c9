"""Statements that run for every delivery: built once for each database, as building one takes longer than running it.

A list goes into a statement as one parameter (JSON on SQLite, an array on PostgreSQL), so that its text stays the same
however many there are.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import ARRAY, ClauseElement, Connection, Dialect, Select, bindparam, func, select, type_coerce
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine


class Prepared:
    """A statement that is run for many rows in one call.

    `build` makes it for a dialect, by name; `names` are its parameters, in the order of a row.
    """

    def __init__(self, build: Callable[[str], ClauseElement], *names: str) -> None:
        self._build, self._names = build, names
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Run it once for each row; tells how many rows of the table it changed."""
        if not rows:
            return 0
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _Compiled(self._build(dialect.name), self._names, dialect)
        compiled = self._compiled[dialect.name]
        return connection.exec_driver_sql(compiled.text, compiled.parameters(rows)).rowcount


class _Compiled:
    """The statement as the driver takes it."""

    def __init__(self, statement: ClauseElement, names: Sequence[str], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        self.text = str(compiled)
        self._arrange = _arranging(names, compiled.positiontup)
        self._moments = [(names.index(name), process) for name, process in _processors(compiled, dialect) if process]

    def parameters(self, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The rows as the driver takes them; a value that comes again and again, such as now, is turned once."""
        columns = list(zip(*rows, strict=True))
        for place, process in self._moments:
            known = {value: process(value) for value in set(columns[place])}
            columns[place] = tuple(map(known.__getitem__, columns[place]))
        return list(self._arrange(columns))


def _arranging(
    names: Sequence[str], wanted: Sequence[str] | None
) -> Callable[[Sequence[Sequence[Any]]], Iterable[Any]]:
    """From columns in the order of `names` to rows in the order that the statement wants, or by name."""
    if wanted is None:
        return lambda columns: (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
    order = [names.index(name) for name in wanted]
    return lambda columns: zip(*(columns[place] for place in order), strict=True)


def _processors(compiled: SQLCompiler, dialect: Dialect) -> list[tuple[str, Callable[[Any], Any] | None]]:
    return [(name, bind.type.dialect_impl(dialect).bind_processor(dialect)) for name, bind in compiled.binds.items()]


def listed(name: str, kind: TypeEngine[Any], dialect: str) -> Select[tuple[Any]]:
    """The members of the list that is handed over as the parameter `name`, to be used with IN."""
    if dialect == "sqlite":
        return select(func.json_each(bindparam(name)).table_valued("value").c.value)
    return select(func.unnest(type_coerce(bindparam(name, type_=ARRAY(kind)), ARRAY(kind))).label("value"))


def as_list(values: Sequence[object], connection: Connection) -> object:
    """A list, as the parameter of `listed` takes it."""
    return json.dumps(values) if connection.dialect.name == "sqlite" else list(values)
