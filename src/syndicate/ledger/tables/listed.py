"""Whose news may be reprinted: every edition of the source list that was ever imported. Kept for ever."""

from sqlalchemy import JSON, Column, Date, ForeignKey, Integer, String, Table, Text

from syndicate.ledger.moments import UtcDateTime
from syndicate.ledger.tables.shape import Counter, metadata

source_editions = Table(
    "source_editions",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True, comment="such as 2025-06"),
    Column("starts", Date, nullable=False, comment="the first day that it counts"),
    Column("starts_at", UtcDateTime, nullable=False, index=True, comment="when that day began at the publisher"),
    Column("units", Integer, nullable=False, comment="how many"),
    Column("digest", String(64), nullable=False, comment="of its first day and its units"),
    Column("by", Text, nullable=False, comment="who imported it"),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("counted_at", UtcDateTime, comment="when live articles were to be decided by it; none: not yet"),
)

source_units = Table(
    "source_units",
    metadata,
    Column("edition_seq", Counter, ForeignKey("source_editions.seq"), primary_key=True),
    Column("folded", Text, primary_key=True, comment="its name as names are compared"),
    Column("name", Text, nullable=False),
    Column("place", Integer, nullable=False, comment="its place on the list, from 1"),
    Column("further", JSON, nullable=False, comment="what stands beside it, such as its level and province"),
)
