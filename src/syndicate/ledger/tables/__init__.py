"""The ledger's tables. Rows of events, revisions, clearances, attempts and deliveries are only ever added."""

from syndicate.ledger.tables.fed import entry_bytes, feed_documents, feed_entries, feed_versions
from syndicate.ledger.tables.listed import source_editions, source_units
from syndicate.ledger.tables.pictured import article_pictures, picture_rights
from syndicate.ledger.tables.sent import attempts, deliveries, health, receipts, takedowns
from syndicate.ledger.tables.served import beats, feeds, fetches, tokens
from syndicate.ledger.tables.shape import metadata
from syndicate.ledger.tables.subscribed import subscriptions, topics
from syndicate.ledger.tables.told import (
    agreements,
    articles,
    clearances,
    contents,
    destinations,
    events,
    licences,
    package_items,
    revision_labels,
    revisions,
    rulings,
)

__all__ = [
    "agreements",
    "article_pictures",
    "articles",
    "attempts",
    "beats",
    "clearances",
    "contents",
    "deliveries",
    "destinations",
    "entry_bytes",
    "events",
    "feed_documents",
    "feed_entries",
    "feed_versions",
    "feeds",
    "fetches",
    "health",
    "licences",
    "metadata",
    "package_items",
    "picture_rights",
    "receipts",
    "revision_labels",
    "revisions",
    "rulings",
    "source_editions",
    "source_units",
    "subscriptions",
    "takedowns",
    "tokens",
    "topics",
]
