"""What is owed and sent, how each destination takes it, and what came of it."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from syndicate.ledger.moments import UtcDateTime
from syndicate.ledger.tables.shape import Counter, metadata, where

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True, comment="in the order in which they were owed"),
    Column("id", String(40), nullable=False, unique=True),
    # What is brought: a revision of an article, or a version of a feed by its topic. No foreign key to either table.
    Column("article_id", Text, nullable=False),
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
    Column("expires_at", UtcDateTime, comment="when a right that it is owed under ends; none for a removal"),
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
    Index("ix_deliveries_first_tries", "line", "seq", **where("state = 'waiting' AND lane = 'deliver'")),
    Index("ix_deliveries_retries", "line", "seq", **where("state = 'waiting' AND lane = 'slow'")),
    Index("ix_deliveries_removals", "line", "seq", **where("state = 'waiting' AND lane = 'retract'")),
    Index("ix_deliveries_expiring", "expires_at", **where("state = 'waiting' AND expires_at IS NOT NULL")),
    # At most one live claim for a destination and article: the version fence holds even if all else failed.
    Index("ix_deliveries_sending", "line", "article_id", unique=True, **where("state = 'sending'")),
    Index("ix_deliveries_failed", "destination_id", "settled_at", **where("state = 'failed'")),
    Index("ix_deliveries_withdrawals", "article_id", **where("action = 'withdraw'")),
    Index(
        "ix_deliveries_kept",
        "settled_at",
        **where("kept_until IS NULL AND body IS NOT NULL AND settled_at IS NOT NULL"),
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
    Index("ix_health_troubled", "destination_id", **where("failing_since IS NOT NULL OR paused_at IS NOT NULL")),
    Index("ix_health_rearm", "destination_id", **where("rearm_since IS NOT NULL")),
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
    Index("ix_takedowns_due", "due_at", **where("gone_at IS NULL")),
)
