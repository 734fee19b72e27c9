"""Brings a feed up to date: select, write in every format, put in place unless a later build was faster."""

from datetime import datetime

import structlog
from sqlalchemy import Connection

from syndicate.formats import FEED_FORMATS, feed_format
from syndicate.ledger import articles, clearances, feeds, partners
from syndicate.ledger.clearances import Standing
from syndicate.ledger.database import Ledger
from syndicate.ledger.feeds import FeedState
from syndicate.model.record import canonical_json, digest_of
from syndicate.model.step import BuildFeed, Step
from syndicate.model.story import Feed, FeedDefinition, Rendition, Story
from syndicate.pipeline.case import as_recorded
from syndicate.pipeline.distribute import distribute
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.writing import write_story

log = structlog.get_logger(__name__)


def build_feed(ledger: Ledger, feed_id: str, *, newsroom: Newsroom, base_url: str, now: datetime) -> list[Step]:
    """Build one feed as the ledger has it now; a burst of changes is built once, and no change stays unbuilt.

    The bytes depend on the ledger and the configuration, and on the clock only for the hour at which an embargo lapses.
    """
    definition = newsroom.directory.definition(feed_id, newsroom.publisher)
    with ledger.read() as connection:
        seen = feeds.state(connection, feed_id)
        if seen is None or seen.built_seq >= seen.dirty_seq:
            return []
    if definition is None:  # gone from the configuration: nobody is served by it any more
        return _note_built(ledger, seen)
    with ledger.read() as connection:
        selected = clearances.selection(
            connection, definition.audience, section=definition.section, length=definition.length, now=now
        )
        selection = _digest(definition, selected, newsroom, base_url)
        if selection == seen.selection:
            stories = None
        else:
            stories = [story for standing in selected if (story := _story(connection, standing, definition, newsroom))]
    if stories is None:
        return _note_built(ledger, seen)
    changed = _changed(seen)
    feed = Feed(
        definition=definition,
        publisher=newsroom.publisher,
        base_url=base_url,
        changed=changed,
        stories=tuple(stories),
        licence=newsroom.licence,
        hubs=newsroom.hubs_for(definition.audience),
    )
    renditions = render_all(feed)
    steps: list[Step] = []
    with ledger.write() as connection:
        if feeds.publish(connection, seen, selection=selection, changed_at=changed, renditions=renditions, now=now):
            steps = distribute(connection, definition, renditions, urgent=seen.urgent, newsroom=newsroom, now=now)
    log.info("feed.built", feed=feed_id, stories=len(stories), changed=changed.isoformat())
    return [*steps, *_again(ledger, feed_id)]


def render_all(feed: Feed) -> dict[str, Rendition]:
    """A feed's bytes in every format there is."""
    return {name: feed_format(name).render(feed) for name in FEED_FORMATS}


def _story(connection: Connection, standing: Standing, definition: FeedDefinition, newsroom: Newsroom) -> Story | None:
    """One entry. An article that can't be written is left out, and logged: it must not take the feed with it."""
    try:
        head = articles.head(connection, standing.article_id)
        revision = as_recorded(connection, articles.revision(connection, standing.article_id, standing.revision))
        agreement = partners.agreement(connection, definition.audience, standing.terms)
        assert head is not None
        story, _ = write_story(
            head,
            revision,
            clearance=standing.clearance,
            agreement=agreement,
            newsroom=newsroom,
            body=definition.body,
            corrected=articles.corrected_at(connection, revision),
        )
    except Exception:
        log.exception("feed.entry_unwritable", feed=definition.id, article=standing.article_id)
        return None
    return story


def _digest(definition: FeedDefinition, selected: list[Standing], newsroom: Newsroom, base_url: str) -> str:
    """What the bytes depend on: when this is the same as last time, so are they."""
    return digest_of(
        canonical_json(
            [
                definition.model_dump(mode="json"),
                newsroom.publisher.model_dump(mode="json"),
                newsroom.wording.digest,
                newsroom.addresses.model_dump(mode="json"),
                base_url,
                newsroom.hubs_for(definition.audience),
                [[standing.article_id, standing.revision, standing.edition] for standing in selected],
            ]
        )
    )


def _changed(seen: FeedState) -> datetime:
    """When the content changed, in whole seconds, by what caused it; never goes backwards."""
    cause = seen.dirty_at.replace(microsecond=0)
    return max(cause, seen.changed_at) if seen.changed_at else cause


def _note_built(ledger: Ledger, seen: FeedState) -> list[Step]:
    with ledger.write() as connection:
        feeds.built(connection, seen)
    return _again(ledger, seen.id)


def _again(ledger: Ledger, feed_id: str) -> list[Step]:
    with ledger.read() as connection:
        now = feeds.state(connection, feed_id)
    behind = now is not None and now.built_seq < now.dirty_seq
    return [BuildFeed(feed_id=feed_id, urgent=now.urgent)] if now and behind else []
