"""The ledger's tables. Rows of events, revisions, clearances, attempts and deliveries are only ever added."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from syndicate.ledger.moments import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Counter = BigInteger().with_variant(Integer, "sqlite")


def _where(condition: str) -> dict[str, Any]:
    """An index of those rows only."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


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
    Index("ix_articles_owed", "id", **_where("planned_revision < head_revision")),
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
    Column("seq", Counter, primary_key=True, autoincrement=True, comment="in the order in which they were owed"),
    Column("id", String(40), nullable=False, unique=True),
    Column("article_id", Text, ForeignKey("articles.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("partner_id", Text, nullable=False),
    Column("destination_id", Text, nullable=False),
    Column(
        "line", Integer, ForeignKey("health.line"), nullable=False, comment="the destination's number in the indexes"
    ),
    Column("number", Integer, nullable=False, comment="counts what was ever owed to the destination, without a gap"),
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
    Column("manifest", String(64), nullable=False, comment="digest of the manifest, which is kept among the contents"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("patient_since", UtcDateTime, comment="when it was tried first, or replayed last; none before"),
    Column("settled_at", UtcDateTime),
    Column("kept_until", UtcDateTime, comment="when retention dropped its bytes; none: they are here, or never were"),
    UniqueConstraint("destination_id", "number"),
    Index("ix_deliveries_article_id", "article_id", "destination_id"),
    # What waits stands in line by destination, so that nobody's line is any longer for somebody else's. An index for
    # each lane, by the destination's number: it is written at every claim, and was half of what that cost the database.
    Index("ix_deliveries_first_tries", "line", "seq", **_where("state = 'waiting' AND lane = 'deliver'")),
    Index("ix_deliveries_retries", "line", "seq", **_where("state = 'waiting' AND lane = 'slow'")),
    Index("ix_deliveries_removals", "line", "seq", **_where("state = 'waiting' AND lane = 'retract'")),
    Index("ix_deliveries_expiring", "expires_at", **_where("state = 'waiting' AND expires_at IS NOT NULL")),
    # At most one live claim for a destination and article: the version fence holds even if all else failed.
    Index("ix_deliveries_sending", "line", "article_id", unique=True, **_where("state = 'sending'")),
    Index("ix_deliveries_failed", "destination_id", "settled_at", **_where("state = 'failed'")),
    Index("ix_deliveries_removals", "article_id", **_where("action = 'withdraw'")),
    Index(
        "ix_deliveries_kept",
        "settled_at",
        **_where("kept_until IS NULL AND body IS NOT NULL AND settled_at IS NOT NULL"),
    ),
)

health = Table(
    "health",
    metadata,
    Column("line", Integer, primary_key=True, autoincrement=True, comment="the destination's number"),
    Column("destination_id", Text, nullable=False, unique=True),
    Column("owed", Integer, nullable=False, default=0, comment="how many deliveries were ever owed to it"),
    Column("faults", Integer, nullable=False, default=0, comment="in a row, since it last answered"),
    Column("failing_since", UtcDateTime, comment="the first fault since the last success"),
    Column("failed_days", Integer, nullable=False, default=0, comment="distinct days since the last success"),
    Column("failed_on", Date, comment="the last of these days"),
    Column("slow", Boolean, nullable=False, default=False, comment="it timed out since it last answered"),
    Column("opened", Integer, nullable=False, default=0, comment="how often in a row the breaker has opened"),
    Column("open_until", UtcDateTime, comment="none: the breaker is closed; past: one probe may go"),
    Column("paused_at", UtcDateTime),
    Column("paused_by", String(10), nullable=False, default="", comment="failures, the partner (410), or a person"),
    Column("paused_because", Text, nullable=False, default=""),
    Column("rearm_since", UtcDateTime, comment="what failed since then is to wait again; the sweep does it"),
    Column("spent_until", UtcDateTime, comment="the rate limit's theoretical arrival time (GCRA)"),
    Column("fingerprint", String(64), comment="of its address and secrets: what changed may work now"),
    Index("ix_health_troubled", "destination_id", **_where("failing_since IS NOT NULL OR paused_at IS NOT NULL")),
    Index("ix_health_rearm", "destination_id", **_where("rearm_since IS NOT NULL")),
)

attempts = Table(
    "attempts",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("delivery_seq", Counter, ForeignKey("deliveries.seq"), nullable=False, index=True),
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
    Column("destination_id", Text, primary_key=True),
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("delivery_seq", Counter, ForeignKey("deliveries.seq"), nullable=False, comment="whose answer it was"),
    Column("remote_id", Text, nullable=False, default=""),
    Column("remote_url", Text, nullable=False, default=""),
    Column("received_at", UtcDateTime, nullable=False),
)

takedowns = Table(
    "takedowns",
    metadata,
    Column("delivery_seq", Counter, ForeignKey("deliveries.seq"), primary_key=True, autoincrement=False),
    Column("remote_url", Text, nullable=False, comment="the page that must be gone, as the partner named it"),
    Column("deadline", UtcDateTime, nullable=False, comment="when it is overdue"),
    Column("due_at", UtcDateTime, nullable=False, comment="of the next look, or when the one under way has failed"),
    Column("looks", Integer, nullable=False, default=0),
    Column("looked_at", UtcDateTime),
    Column("status", Integer, comment="what the page answered last, if it did"),
    Column("reason", Text, nullable=False, default="", comment="what the last look has shown, in words"),
    Column("gone_at", UtcDateTime),
    Index("ix_takedowns_due", "due_at", **_where("gone_at IS NULL")),
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
    Index("ix_feeds_unbuilt", "id", **_where("built_seq < dirty_seq")),
)

feed_renditions = Table(
    "feed_renditions",
    metadata,
    Column("feed_id", Text, ForeignKey("feeds.id"), primary_key=True),
    Column("format", String(20), primary_key=True),
    Column("digest", String(64), ForeignKey("contents.digest"), nullable=False, index=True),
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
