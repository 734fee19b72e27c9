"""Insert if it isn't there yet: the same words on both databases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]


def insert_new(connection: Connection, table: Table, rows: Row | Sequence[Row]) -> None:
    """Insert rows, leaving alone those whose key is taken."""
    if rows:
        connection.execute(_insert(connection.dialect.name, table).on_conflict_do_nothing(), rows)


def upsert(connection: Connection, table: Table, row: Row, *, key: Sequence[str]) -> None:
    """Insert a row, or overwrite the one with the same key."""
    connection.execute(upserting(connection.dialect.name, table, row, key=key))


def upsert_all(
    connection: Connection, table: Table, rows: Sequence[Row], *, key: Sequence[str], on: Sequence[str]
) -> None:
    """Insert rows of the same columns, or overwrite those with the same values `on`, but for what `key` names."""
    if rows:
        statement = _insert(connection.dialect.name, table)
        changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
        connection.execute(statement.on_conflict_do_update(index_elements=list(on), set_=changed), rows)


def insert_from(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    some: Select[Any],
    *,
    key: Sequence[str],
    change: Sequence[str],
) -> None:
    """Insert what a query finds; of rows that are there with the same key, `change` names what is overwritten."""
    statement = _insert(connection.dialect.name, table).from_select(list(columns), some)
    changed = {name: statement.excluded[name] for name in change}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changed))


def upserting(dialect: str, table: Table, row: Row, *, key: Sequence[str]) -> postgresql.Insert | sqlite.Insert:
    """The statement that does so."""
    statement = _insert(dialect, table).values(row)
    changed = {name: statement.excluded[name] for name in row if name not in key}
    return statement.on_conflict_do_update(index_elements=list(key), set_=changed)


def _insert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
