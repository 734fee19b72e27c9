"""Which pictures articles carry, and what persons have recorded about the rights in them."""

from sqlalchemy import JSON, Column, ForeignKey, String, Table, Text

from syndicate.ledger.moments import UtcDateTime
from syndicate.ledger.tables.shape import Counter, metadata

article_pictures = Table(
    "article_pictures",
    metadata,
    Column("picture", String(64), primary_key=True, comment="digest of its url, which may be too long for an index"),
    Column(
        "article_id",
        Text,
        ForeignKey("articles.id"),
        primary_key=True,
        index=True,
        comment="whose newest revision carries it; none that is withdrawn",
    ),
    Column("url", Text, nullable=False),
)

picture_rights = Table(
    "picture_rights",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("picture", String(64), nullable=False, index=True, comment="digest of its url"),
    Column("url", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("document", JSON, nullable=False, comment="the fields that this entry says something about"),
)
