"""Packages (专题): which live package collects which articles, by its newest revision."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select

from syndicate.ledger.insert import insert_new
from syndicate.ledger.tables import package_items


def collect(connection: Connection, package_id: str, items: Iterable[str]) -> None:
    """Note what an article collects from now on; nothing, when it is withdrawn or is no package."""
    connection.execute(delete(package_items).where(package_items.c.package_id == package_id))
    insert_new(connection, package_items, [{"package_id": package_id, "item_id": item} for item in items])


def collecting(connection: Connection, item_id: str) -> list[str]:
    """The live packages that collect an article."""
    wanted = select(package_items.c.package_id).where(package_items.c.item_id == item_id)
    return list(connection.scalars(wanted.order_by(package_items.c.package_id)))
