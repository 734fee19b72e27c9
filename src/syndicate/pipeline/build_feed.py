"""Brings a feed up to date: look at what was asked for, write what that changes, put it in place unless overtaken."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import structlog

from syndicate.ledger import entry_bytes, feed_entries, feeds, files
from syndicate.ledger.database import Ledger
from syndicate.ledger.entry_bytes import Kept, Missing
from syndicate.ledger.feeds import FeedState
from syndicate.model.record import canonical_json, digest_of
from syndicate.model.step import BuildFeed, Step
from syndicate.model.story import Feed, FeedDefinition
from syndicate.pipeline.distribute import distribute
from syndicate.pipeline.documents import Documents, write_documents
from syndicate.pipeline.entries import Changes, entry_form, find_changes
from syndicate.pipeline.newsroom import Newsroom

log = structlog.get_logger(__name__)


def build_feed(ledger: Ledger, feed_id: str, *, newsroom: Newsroom, kept: Kept, now: datetime) -> list[Step]:
    """Build one feed, as `_build` does; entries whose bytes are gone are looked at as if they were new, by the next."""
    try:
        return _build(ledger, feed_id, newsroom=newsroom, kept=kept, now=now)
    except Missing as missing:
        log.warning("feed.bytes_missing", feed=feed_id, entries=len(missing.versions))
        with ledger.write() as connection:
            feed_entries.forget(connection, feed_id, missing.versions)
        return _again(ledger, feed_id)


def _build(ledger: Ledger, feed_id: str, *, newsroom: Newsroom, kept: Kept, now: datetime) -> list[Step]:
    """Build one feed as the ledger has it now; a burst of changes is built once, and no change stays unbuilt.

    Only what was touched is looked at, and only entries that have changed are written; `kept` has the bytes of the
    others. The bytes depend on the ledger and the configuration, and on the clock only for the hour at which an embargo
    lapses.
    """
    kept.make_room()
    definition = newsroom.directory.definition(feed_id, newsroom.publisher)
    with ledger.read() as connection:
        seen = feeds.state(connection, feed_id)
        if seen is None or seen.built_seq >= seen.dirty_seq:
            return []
        if definition is None:  # gone from the configuration: should it come back, all of it is looked at again
            form, feed, changes, documents = "", None, None, None
        else:
            form = _form(definition, newsroom)
            whole = form != seen.form
            asked = None if whole else feed_entries.asked(connection, feed_id, upto=seen.dirty_seq)
            feed = _feed(definition, newsroom, seen)
            changes = find_changes(connection, feed, asked=asked, newsroom=newsroom, kept=kept, now=now)
            feed = feed.model_copy(update={"changed": _changed(seen, changes)})
            written = changes.now or whole
            documents = write_documents(connection, feed, changes, kept=kept, whole=whole) if written else None
    if feed is None or changes is None or documents is None:
        return _note_built(ledger, seen, form=form)
    told = _put_in_place(
        ledger, seen, form=form, feed=feed, changes=changes, documents=documents, newsroom=newsroom, now=now
    )
    log.info("feed.built", feed=feed_id, changed=feed.changed.isoformat(), entries=len(changes.now))
    return [*told, *_again(ledger, feed_id)]


def _put_in_place(
    ledger: Ledger,
    seen: FeedState,
    *,
    form: str,
    feed: Feed,
    changes: Changes,
    documents: Documents,
    newsroom: Newsroom,
    now: datetime,
) -> list[Step]:
    with ledger.write() as connection:
        placed = feeds.publish(
            connection,
            seen,
            form=form,
            changed_at=feed.changed,
            documents=documents.written,
            dropped=documents.dropped,
            now=now,
        )
        if not placed:
            return []
        files.ask(connection, seen.id, at=now)
        steps = distribute(
            connection, feed.definition, documents.written, urgent=seen.urgent, newsroom=newsroom, now=now
        )
        entry_bytes.keep(connection, changes.rendered)
        entries = [replace(entry, build=seen.build + 1) for _, entry in sorted(changes.now.items())]
        feed_entries.put(connection, seen.id, entries)
        feed_entries.looked(connection, seen.id, upto=seen.dirty_seq)
        entry_bytes.drop_unused(connection, _versions(changes))
        return steps


def _versions(changes: Changes) -> Collection[str]:
    return {entry.version for entry in changes.former.values() if entry.version}


def _feed(definition: FeedDefinition, newsroom: Newsroom, seen: FeedState) -> Feed:
    return Feed(
        definition=definition,
        publisher=newsroom.publisher,
        base_url=newsroom.base_url,
        changed=_whole_second(seen.changed_at or seen.dirty_at),
        licence=newsroom.licence,
        hubs=newsroom.hubs_for(definition.audience),
    )


def _form(definition: FeedDefinition, newsroom: Newsroom) -> str:
    """What every document depends on, beside its entries: when this is another, all are written anew."""
    hubs = newsroom.hubs_for(definition.audience)
    return digest_of(canonical_json([definition.model_dump(mode="json"), entry_form(definition, newsroom), hubs]))


def _changed(seen: FeedState, changes: Changes) -> datetime:
    """When the newest of what it holds changed, in whole seconds; never goes backwards."""
    former = [seen.changed_at] if seen.changed_at else []
    return max(map(_whole_second, (*former, *changes.moments)), default=_whole_second(seen.dirty_at))


def _whole_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _note_built(ledger: Ledger, seen: FeedState, *, form: str) -> list[Step]:
    with ledger.write() as connection:
        if feeds.built(connection, seen, form=form):
            feed_entries.looked(connection, seen.id, upto=seen.dirty_seq)
    return _again(ledger, seen.id)


def _again(ledger: Ledger, feed_id: str) -> list[Step]:
    with ledger.read() as connection:
        now = feeds.state(connection, feed_id)
    behind = now is not None and now.built_seq < now.dirty_seq
    return [BuildFeed(feed_id=feed_id, urgent=now.urgent)] if now and behind else []
