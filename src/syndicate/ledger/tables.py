"""The ledger's tables. Rows of events, revisions, clearances and attempts are only ever added."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite, which knows no zones, keeps it as text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: a moment without a zone is a bug."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone can't be remembered: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give every moment its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Counter = BigInteger().with_variant(Integer, "sqlite")

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
    Index(
        "ix_articles_owed",
        "id",
        sqlite_where=text("planned_revision < head_revision"),
        postgresql_where=text("planned_revision < head_revision"),
    ),
)

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False, comment="published, updated or withdrawn"),
    Column("event_seq", Counter, ForeignKey("events.seq"), nullable=False),
    Column("digest", String(64), ForeignKey("contents.digest"), nullable=False),
    Column("section", Text, nullable=False, default="", comment="the path, each name followed by ' > '"),
    Column("updated", UtcDateTime, nullable=False, comment="moves with significant changes only, never backwards"),
    Column("recorded_at", UtcDateTime, nullable=False),
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
    Column("agreement", Text, nullable=False, default=""),
    Column("terms", String(12), nullable=False, default=""),
    Column("pictures", JSON, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    UniqueConstraint("article_id", "revision", "audience", "edition"),
    Index("ix_clearances_audience", "audience", "article_id", "revision"),
)

agreements = Table(
    "agreements",
    metadata,
    Column("partner_id", Text, primary_key=True),
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

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("article_id", Text, ForeignKey("articles.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("partner_id", Text, nullable=False),
    Column("destination_id", Text, nullable=False),
    Column("action", String(10), nullable=False),
    Column("lane", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("due_at", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("claim_token", String(32)),
    Column("claimed_at", UtcDateTime),
    Column("expires_at", UtcDateTime, comment="when the agreement's term is over; none for a removal"),
    Column("tries", Integer, nullable=False, default=0),
    Column("body", String(64), comment="digest of the bytes; frozen, so that a key never carries two contents"),
    Column("media_type", Text, nullable=False, default=""),
    Column("manifest", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("patient_since", UtcDateTime, nullable=False, comment="when it was owed, or replayed last"),
    Column("settled_at", UtcDateTime),
    Index("ix_deliveries_article_id", "article_id", "destination_id"),
    Index(
        "ix_deliveries_due",
        "lane",
        "due_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_deliveries_expiring",
        "expires_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_deliveries_leased",
        "lease_until",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
)

attempts = Table(
    "attempts",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("delivery_id", String(40), ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("duration_ms", Integer),
    Column("outcome", String(20), nullable=False),
    Column("status", Integer),
    Column("reason", Text, nullable=False, default=""),
    Column("answer", Text, nullable=False, default=""),
)

receipts = Table(
    "receipts",
    metadata,
    Column("delivery_id", String(40), ForeignKey("deliveries.id"), primary_key=True),
    Column("remote_id", Text, nullable=False, default=""),
    Column("remote_url", Text, nullable=False, default=""),
    Column("received_at", UtcDateTime, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("dirty_seq", Counter, nullable=False),
    Column("built_seq", Counter, nullable=False, default=0),
    Column("urgent", Boolean, nullable=False, comment="what is unbuilt takes something back"),
    Column("dirty_at", UtcDateTime, nullable=False, comment="when the newest cause of a rebuild happened"),
    Column("changed_at", UtcDateTime, comment="when the content last changed, by its cause; stands in the bytes"),
    Column("built_at", UtcDateTime, comment="when these bytes were first served: Last-Modified"),
    Column("selection", String(64), nullable=False, default="", comment="digest of what was selected, to skip no-ops"),
    Index(
        "ix_feeds_unbuilt",
        "id",
        sqlite_where=text("built_seq < dirty_seq"),
        postgresql_where=text("built_seq < dirty_seq"),
    ),
)

feed_renditions = Table(
    "feed_renditions",
    metadata,
    Column("feed_id", Text, ForeignKey("feeds.id"), primary_key=True),
    Column("format", String(20), primary_key=True),
    Column("digest", String(64), ForeignKey("contents.digest"), nullable=False),
    Column("media_type", Text, nullable=False),
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
