"""What all tables have in common: one list of them, names for their indexes and keys, and a few shapes."""

from typing import Any

from sqlalchemy import BigInteger, Integer, MetaData, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Counter = BigInteger().with_variant(Integer, "sqlite")


def where(condition: str) -> dict[str, Any]:
    """An index of those rows only."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
