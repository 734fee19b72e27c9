"""What has changed in a feed since a version that a reader has (RFC 3229): what came, was edited, was taken back."""

from collections.abc import Sequence
from dataclasses import dataclass

from syndicate.formats import FEED_FORMATS
from syndicate.ledger import feed_entries, feeds
from syndicate.ledger.database import Ledger
from syndicate.ledger.entry_bytes import Kept
from syndicate.ledger.feed_entries import Entry
from syndicate.model.story import Feed
from syndicate.pipeline.documents import MOST_BYTES, body, newest_first, tombstones
from syndicate.pipeline.newsroom import Newsroom

_LACK_TOMBSTONES = ("rss",)


@dataclass(frozen=True)
class Delta:
    """A feed's document with the changed entries only. `digest` is of the whole document that the reader has then."""

    digest: str
    media_type: str
    body: bytes


def feed_delta(ledger: Ledger, feed_id: str, name: str, *, since: str, newsroom: Newsroom, kept: Kept) -> Delta | None:
    """What changed since the version whose digest begins with `since`; None where only the whole document tells it.

    That is so for a version that we don't know any more, when as much has changed as the document holds or has room
    for, and when something was taken back and the format (RSS) has no word for it. A partner's dialect of RSS has no
    deltas: it may leave out after a correction what it had before, and has no word for that either.
    """
    definition = newsroom.directory.definition(feed_id, newsroom.publisher)
    if definition is not None and definition.dialect and name == "rss":
        return None
    with ledger.read() as connection:
        state, served = feeds.state(connection, feed_id), feeds.serve(connection, feed_id, name)
        build = feeds.build_of(connection, feed_id, name, since)
        if definition is None or state is None or state.changed_at is None or served is None or build is None:
            return None
        changed = feed_entries.changed_since(connection, feed_id, build)
        standing = newest_first(entry for entry in changed if entry.version)
        gone = [entry for entry in changed if entry.gone_at]
        if not _can_be_told(name, standing, gone, length=definition.length):
            return None
        months = feeds.archives(connection, feed_id)
        feed = Feed(
            definition=definition,
            publisher=newsroom.publisher,
            base_url=newsroom.base_url,
            changed=state.changed_at,
            tombstones=tombstones(connection, gone),
            licence=newsroom.licence,
            hubs=newsroom.hubs_for(definition.audience),
            previous=months[-1] if months else "",
        )
        if kept.load(connection, [entry.version for entry in standing], FEED_FORMATS):
            return None
    told = body(feed, standing, name, kept)
    return Delta(served.digest, served.media_type, told) if len(told) <= MOST_BYTES else None


def _can_be_told(name: str, standing: Sequence[Entry], gone: Sequence[Entry], *, length: int) -> bool:
    return len(standing) < length and not (gone and name in _LACK_TOMBSTONES)
