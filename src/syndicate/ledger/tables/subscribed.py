"""Who has asked to be told of which feed, and how far each feed has come (W3C WebSub)."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from syndicate.ledger.moments import UtcDateTime
from syndicate.ledger.tables.shape import metadata, where

topics = Table(
    "topics",
    metadata,
    Column("id", Text, primary_key=True, comment="the path of its address: where a delivery has an article's id"),
    Column("version", Integer, nullable=False, comment="grows when its bytes change: where an article has a revision"),
    Column("digest", String(64), nullable=False, comment="of the bytes of this version"),
    Column("changed_at", UtcDateTime, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(40), primary_key=True, comment="derived from topic and callback"),
    Column("topic_id", Text, nullable=False),
    Column("feed_id", Text, nullable=False),
    Column("format", String(20), nullable=False),
    Column("audience", Text, nullable=False, comment="a partner's id, or public"),
    Column("destination_id", Text, nullable=False, unique=True),
    Column("callback", Text, nullable=False),
    Column("host", Text, nullable=False, index=True, comment="of the callback"),
    Column("state", String(10), nullable=False, comment="asked: never confirmed; active; ended"),
    Column("lease_until", UtcDateTime),
    Column("token_id", String(16), comment="of the token that opens the partner's feed: with it, this ends"),
    Column("intent", String(12), comment="what was asked for, or is to be told, and is not settled; none: nothing"),
    Column("intent_at", UtcDateTime, comment="when it was asked for"),
    Column("intent_lease_s", Integer, nullable=False, default=0),
    Column("intent_sealed", Text, nullable=False, default="", comment="topic as it was given, and secret: encrypted"),
    Column("intent_token_id", String(16)),
    Column("intent_reason", Text, nullable=False, default="", comment="why it is denied"),
    Column("due_at", UtcDateTime, comment="when the callback is to be asked, or when whoever asks it has failed"),
    Column("tries", Integer, nullable=False, default=0, comment="at this intent"),
    Column("asked_at", UtcDateTime, comment="when the callback was asked last"),
    Column("said", Text, nullable=False, default="", comment="what that has shown, in words"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_because", Text, nullable=False, default=""),
    Index("ix_subscriptions_active", "topic_id", **where("state = 'active'")),
    Index("ix_subscriptions_private", "audience", **where("state = 'active' AND audience <> 'public'")),
    Index("ix_subscriptions_lease", "lease_until", **where("state = 'active'")),
    Index("ix_subscriptions_due", "due_at", **where("due_at IS NOT NULL")),
)
