"""What is written as files: how far each feed's are behind its documents, and which bytes stand where."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from syndicate.ledger.moments import UtcDateTime
from syndicate.ledger.tables.shape import Counter, metadata, where

feed_writings = Table(
    "feed_writings",
    metadata,
    Column("feed_id", Text, ForeignKey("feeds.id"), primary_key=True),
    Column("asked", Counter, nullable=False, comment="counts the reasons to write its files"),
    Column("done", Counter, nullable=False, default=0, comment="the `asked` that was seen when they last were written"),
    Column("since", UtcDateTime, nullable=False, comment="when the newest of these reasons came"),
    Column("due_at", UtcDateTime, comment="not before; empty: now"),
    Column("writer", String(32), nullable=False, default="", comment="who is writing them now"),
    Column("leased_until", UtcDateTime),
    Column("tries", Integer, nullable=False, default=0, comment="that failed, one after the other"),
    Column("reason", Text, nullable=False, default="", comment="why the last try failed; empty: it didn't"),
    Index("ix_feed_writings_owed", "feed_id", **where("done < asked")),
)

feed_files = Table(
    "feed_files",
    metadata,
    Column("store", Text, primary_key=True, comment="where, as the settings have it"),
    Column("feed_id", Text, ForeignKey("feeds.id"), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("format", String(20), primary_key=True),
    Column("digest", String(64), nullable=False, comment="of the bytes that stand there; empty: not known"),
    Column("written_at", UtcDateTime, nullable=False),
)
