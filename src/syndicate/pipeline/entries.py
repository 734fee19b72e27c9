"""What stands in a feed now, of what has to be looked at: who came, who changed, and who was taken back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from syndicate.formats import FEED_FORMATS, feed_format
from syndicate.formats.dialect import left_out
from syndicate.ledger import articles, clearances, feed_entries, partners
from syndicate.ledger.clearances import Standing
from syndicate.ledger.entry_bytes import Kept, Rendered
from syndicate.ledger.feed_entries import Entry
from syndicate.model.clearance import PUBLIC_LINKS
from syndicate.model.record import canonical_json, digest_of
from syndicate.model.story import Feed, FeedDefinition, Story
from syndicate.pipeline.case import as_recorded
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.writing import write_story

log = structlog.get_logger(__name__)

WRITTEN_AS = 2  # counts up when a format writes the same entry in other bytes than it did: all are written anew


@dataclass(frozen=True)
class Changes:
    """The entries that are others than they were, by article, as they were and as they are now, and new bytes."""

    former: Mapping[str, Entry]
    now: Mapping[str, Entry]
    rendered: Sequence[Rendered]

    @property
    def standing(self) -> list[Entry]:
        """Those that stand in the feed now."""
        return [entry for entry in self.now.values() if entry.version]

    @property
    def moments(self) -> list[datetime]:
        """When each of them changed."""
        return [at for entry in self.now.values() if (at := entry.gone_at if entry.gone_at else entry.moved_at)]


def find_changes(
    connection: Connection, feed: Feed, *, asked: Collection[str] | None, newsroom: Newsroom, kept: Kept, now: datetime
) -> Changes:
    """Look at these articles, or at all there are: each stands in the feed as the ledger has it now, or doesn't."""
    definition = feed.definition
    among = asked if asked is None else set(asked)
    selected = clearances.selection(connection, definition, among=among, now=now)
    ids = feed_entries.every(connection, definition.id) if asked is None else asked
    former = feed_entries.of(connection, definition.id, {*ids, *(standing.article_id for standing in selected)})
    form = entry_form(definition, newsroom)
    changed, rendered = dict[str, Entry](), list[Rendered]()
    for standing in selected:
        version = _version(standing, form)
        before = former.get(standing.article_id)
        if before and before.version == version:
            former.pop(standing.article_id)
            continue
        story = _story(connection, standing, definition, newsroom)
        if story is None:
            continue
        if kept.load(connection, [version], FEED_FORMATS):
            kept.add(_rendered(standing.article_id, version, story, feed))
        # Also what is kept is kept again: another feed's build may drop it until we are in place.
        rendered.append(kept.rendered(standing.article_id, version, FEED_FORMATS))
        changed[standing.article_id] = _entry(standing, version, story, newsroom)
    gone = {name: entry for name, entry in former.items() if entry.version and name not in changed}
    changed |= _gone(connection, gone, definition)
    return Changes({name: entry for name, entry in former.items() if name in changed}, changed, rendered)


def entry_form(definition: FeedDefinition, newsroom: Newsroom) -> str:
    """What the bytes of every entry depend on, beside the entry itself."""
    return digest_of(
        canonical_json(
            [
                WRITTEN_AS,
                definition.audience,
                definition.body,
                definition.dialect.model_dump(mode="json") if definition.dialect else None,
                newsroom.publisher.model_dump(mode="json"),
                newsroom.wording.digest,
                newsroom.addresses.model_dump(mode="json"),
                newsroom.base_url,
            ]
        )
    )


def _version(standing: Standing, form: str) -> str:
    told = [form, standing.audience, standing.article_id, standing.revision, standing.edition, standing.terms]
    return digest_of(canonical_json(told))


def _rendered(article_id: str, version: str, story: Story, feed: Feed) -> Rendered:
    return Rendered(article_id, version, {name: feed_format(name).entry(story, feed) for name in FEED_FORMATS})


def _entry(standing: Standing, version: str, story: Story, newsroom: Newsroom) -> Entry:
    zone = ZoneInfo(newsroom.publisher.timezone)
    return Entry(
        article_id=standing.article_id,
        version=version,
        revision=standing.revision,
        edition=standing.edition,
        published_at=story.published,
        moved_at=standing.decided_at,
        month=story.published.astimezone(zone).strftime("%Y-%m"),
    )


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
            carries="link" if standing.audience == PUBLIC_LINKS else "all" if definition.body else "summary",
            corrected=articles.corrected_at(connection, revision),
        )
        if definition.dialect and (reason := left_out(story.article, definition.dialect)):
            log.info("feed.entry_left_out", feed=definition.id, article=standing.article_id, reason=reason)
    except SQLAlchemyError:
        raise  # the ledger is away: that says nothing against the article
    except Exception:
        log.exception("feed.entry_unwritable", feed=definition.id, article=standing.article_id)
        return None
    return story


def _gone(connection: Connection, gone: Mapping[str, Entry], definition: FeedDefinition) -> dict[str, Entry]:
    """Those that stood in the feed and don't any more, with when that was decided."""
    decided = clearances.last_decided(connection, definition.audiences, gone.keys())
    withdrawn = articles.withdrawn_at(connection, gone.keys())
    return {
        name: replace(entry, version="", gone_at=withdrawn.get(name) or decided.get(name) or entry.moved_at)
        for name, entry in gone.items()
    }
