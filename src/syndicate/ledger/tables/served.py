"""What is served: feeds and their bytes, and who may read them; and who works."""

from sqlalchemy import JSON, Boolean, Column, Index, String, Table, Text

from syndicate.ledger.moments import UtcDateTime
from syndicate.ledger.tables.shape import Counter, metadata, where

feeds = Table(
    "feeds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("dirty_seq", Counter, nullable=False),
    Column("built_seq", Counter, nullable=False, default=0),
    Column("urgent", Boolean, nullable=False, comment="what is unbuilt takes something back"),
    Column("dirty_at", UtcDateTime, nullable=False, comment="when the newest cause of a rebuild happened"),
    Column("changed_at", UtcDateTime, comment="when the newest of what it holds changed; stands in the bytes"),
    Column("built_at", UtcDateTime, comment="when a build last changed anything"),
    Column("form", String(64), nullable=False, default="", comment="digest of what every document is written under"),
    Column("build", Counter, nullable=False, default=0, comment="counts the builds that changed anything"),
    Index("ix_feeds_unbuilt", "id", **where("built_seq < dirty_seq")),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("secret_sha256", String(64), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("partner_id", Text, comment="whose feed it opens"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

beats = Table(
    "beats",
    metadata,
    Column("lane", String(10), primary_key=True),
    Column("worker", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
