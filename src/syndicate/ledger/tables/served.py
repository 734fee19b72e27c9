"""What is served: feeds and their bytes, and who may read them; and who works."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text

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
    Column("build", Counter, nullable=False, server_default="0", comment="counts the builds that changed anything"),
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
    Column("ends_at", UtcDateTime, comment="from then on it opens nothing, because another has taken its place"),
    Column("successor", String(16), comment="the token that has"),
)

fetches = Table(
    "fetches",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("token_id", String(16), nullable=False),
    Column("partner_id", Text, nullable=False),
    Column("feed_id", Text, nullable=False),
    Column("format", String(20), nullable=False),
    Column("month", String(7), nullable=False, comment="of an archive; empty: the subscription document"),
    Column("status", Integer, nullable=False, comment="200, 226, or 304: they have had this version"),
    Column("digest", String(64), nullable=False, comment="of the version, before compression"),
    Column("build", Counter, nullable=False, comment="the feed's newest when this version was served"),
    Column("bytes", Integer, nullable=False, comment="of the body as it travelled"),
    Column("at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False, comment="of a 304 that was answered again and again, the last time"),
    Column("times", Integer, nullable=False),
    Index("ix_fetches_partner_id", "partner_id", "seq"),
    Index("ix_fetches_feed_id", "feed_id", "build"),
    Index("ix_fetches_last_at", "last_at"),
    # Who asks every minute adds to one row, and not a row a minute.
    Index("ix_fetches_unchanged", "token_id", "feed_id", "build", **where("status = 304")),
)

beats = Table(
    "beats",
    metadata,
    Column("lane", String(10), primary_key=True),
    Column("worker", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
