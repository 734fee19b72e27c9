"""What feeds are made of: which articles stand in which, the bytes of their entries, and the documents served."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from syndicate.ledger.moments import UtcDateTime
from syndicate.ledger.tables.shape import Counter, metadata, where

feed_entries = Table(
    "feed_entries",
    metadata,
    Column("feed_id", Text, ForeignKey("feeds.id"), primary_key=True),
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("asked", Counter, nullable=False, default=0, comment="the feed's dirty_seq when it was asked for last"),
    Column("looked", Counter, nullable=False, default=0, comment="the `asked` that a build has last seen"),
    Column("version", String(64), nullable=False, default="", comment="digest of what its bytes come from; none: out"),
    Column("revision", Integer, nullable=False, default=0),
    Column("edition", Integer, nullable=False, default=0),
    Column("published_at", UtcDateTime),
    Column("moved_at", UtcDateTime, comment="when the answer was given that it stands in the feed by"),
    Column("month", String(7), nullable=False, default="", comment="of publication, by the publisher's clocks"),
    Column("build", Counter, nullable=False, default=0, comment="the feed's build that last changed it"),
    Column("gone_at", UtcDateTime, comment="when it was taken back, having stood in the feed"),
    Index("ix_feed_entries_asked", "feed_id", "asked", **where("looked < asked")),
    Index("ix_feed_entries_window", "feed_id", "moved_at", "published_at", **where("version <> ''")),
    Index("ix_feed_entries_month", "feed_id", "month", **where("version <> ''")),
    Index("ix_feed_entries_gone", "feed_id", "gone_at", **where("gone_at IS NOT NULL")),
    Index("ix_feed_entries_build", "feed_id", "build"),
    Index("ix_feed_entries_version", "version"),
)

entry_bytes = Table(
    "entry_bytes",
    metadata,
    Column("version", String(64), primary_key=True),
    Column("format", String(20), primary_key=True),
    Column("article_id", Text, ForeignKey("articles.id"), nullable=False, index=True),
    Column("deflated", LargeBinary, nullable=False),
)

feed_documents = Table(
    "feed_documents",
    metadata,
    Column("feed_id", Text, ForeignKey("feeds.id"), primary_key=True),
    Column("month", String(7), primary_key=True, comment="of an archive; empty: the subscription document"),
    Column("format", String(20), primary_key=True),
    Column("digest", String(64), ForeignKey("contents.digest"), nullable=False, index=True),
    Column("media_type", Text, nullable=False),
    Column("zstd", LargeBinary, comment="the same bytes, compressed as RFC 8878 has it"),
    Column("built_at", UtcDateTime, nullable=False, comment="when these bytes were first served: Last-Modified"),
)

feed_versions = Table(
    "feed_versions",
    metadata,
    Column("feed_id", Text, ForeignKey("feeds.id"), primary_key=True),
    Column("format", String(20), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("build", Counter, nullable=False, comment="the newest build that gave these bytes"),
    Column("served_at", UtcDateTime, nullable=False),
)
