"""What we were told, and what follows from it: events, revisions, who may have them, under which terms and where."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from syndicate.ledger.moments import UtcDateTime
from syndicate.ledger.tables.shape import Counter, metadata, where

contents = Table(
    "contents",
    metadata,
    Column("digest", String(64), primary_key=True, comment="SHA-256 of the bytes before compression"),
    Column("size", Integer, nullable=False),
    Column("gzip", LargeBinary, nullable=False, comment="the bytes as one gzip member, ready to be served as it is"),
)

events = Table(
    "events",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("type", String(40), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("article_id", Text, nullable=False, index=True),
    Column("version", BigInteger, nullable=False),
    Column("revision", Integer, comment="the revision it made; none when it changed nothing"),
    Column("outcome", String(20), nullable=False, comment="accepted, or ignored with the reason"),
    Column("reason", Text, nullable=False, default=""),
    Column("notes", JSON, nullable=False, comment="what was put right on the way in"),
    Column("received_at", UtcDateTime, nullable=False),
    UniqueConstraint("source", "id"),
)

articles = Table(
    "articles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("uri", Text, nullable=False, unique=True, comment="tag URI, minted once, never changed, never used again"),
    Column("head_revision", Integer, nullable=False),
    Column("planned_revision", Integer, nullable=False, comment="behind the head: a plan is owed"),
    Column(
        "plans",
        Integer,
        nullable=False,
        default=0,
        comment="how often it was planned: who plans notices who was faster",
    ),
    Column("plan_due_at", UtcDateTime, index=True, comment="when a hold lapses and the plan must be made again"),
    Column("version", BigInteger, nullable=False, comment="the newest version the CMS has told"),
    Column("withdrawn", Boolean, nullable=False, default=False),
    Column("final", Boolean, nullable=False, default=False),
    Column("first_published", UtcDateTime, index=True, comment="none: withdrawn before we ever saw it"),
    Column("embargo_until", UtcDateTime, comment="of the newest revision: until then it is in no feed"),
    Column("derived_from", Text, index=True, comment="of the newest revision: the story it was made from"),
    Column("words_of", Text, comment="of the newest revision: whose words it carries; none: ours"),
    Index("ix_articles_words_of", "id", **where("words_of IS NOT NULL")),
    Index("ix_articles_owed", "id", **where("planned_revision < head_revision")),
)

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False, comment="published, updated or withdrawn"),
    Column("event_seq", Counter, ForeignKey("events.seq"), nullable=False),
    Column("digest", String(64), ForeignKey("contents.digest"), nullable=False, index=True),
    Column("section", Text, nullable=False, default="", comment="the path, each name followed by ' > '"),
    Column("updated", UtcDateTime, nullable=False, comment="moves with significant changes only, never backwards"),
    Column("recorded_at", UtcDateTime, nullable=False),
)

revision_labels = Table(
    "revision_labels",
    metadata,
    Column("kind", String(10), primary_key=True, comment="keyword, author, or words: own, mixed or reprint"),
    Column("name", Text, primary_key=True),
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True, index=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
)

package_items = Table(
    "package_items",
    metadata,
    Column(
        "package_id", Text, ForeignKey("articles.id"), primary_key=True, comment="by its newest revision, not withdrawn"
    ),
    Column("item_id", Text, primary_key=True, index=True, comment="an article it collects; we needn't have seen it"),
)

clearances = Table(
    "clearances",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("article_id", Text, ForeignKey("articles.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("audience", Text, nullable=False, comment="a partner's id, or public"),
    Column("edition", Integer, nullable=False, comment="grows when the answer or the terms change"),
    Column("decision", String(10), nullable=False),
    Column("rule", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", UtcDateTime),
    Column("keeps", Boolean, nullable=False, default=False, server_default=false(), comment="who has it may keep it"),
    Column("agreement", Text, nullable=False, default=""),
    Column("terms", String(12), nullable=False, default=""),
    Column("pictures", JSON, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    UniqueConstraint("article_id", "revision", "audience", "edition"),
    Index("ix_clearances_audience", "audience", "article_id", "revision"),
    Index("ix_clearances_cleared", "audience", "decided_at", **where("decision = 'cleared'")),
)

rulings = Table(
    "rulings",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("article_id", Text, ForeignKey("articles.id"), nullable=False, index=True),
    Column("audience", Text, nullable=False, comment="a partner's id, or public; empty: all"),
    Column("decision", String(10), nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("asked", JSON, nullable=False, comment="the contributors who had been asked by then"),
)

agreements = Table(
    "agreements",
    metadata,
    Column("partner_id", Text, primary_key=True),
    Column("version", String(12), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("taken_up_at", UtcDateTime, comment="when that was seen to which follows from the terms by themselves"),
)

licences = Table(
    "licences",
    metadata,
    Column("version", String(12), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

destinations = Table(
    "destinations",
    metadata,
    Column("id", Text, primary_key=True, comment="partner/name"),
    Column("version", String(12), primary_key=True),
    Column("partner_id", Text, nullable=False),
    Column("document", JSON, nullable=False, comment="settings and the names of its secrets, never a secret"),
    Column("since", UtcDateTime, nullable=False),
)
