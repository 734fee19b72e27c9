"""Writes down what is owed, whose feeds have changed, and which Steps follow: shared by planning and withdrawing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from syndicate.formats import article_format
from syndicate.ledger import articles, contents, deliveries, feeds, partners
from syndicate.ledger.articles import Head
from syndicate.ledger.contents import Packed
from syndicate.ledger.database import database_time
from syndicate.ledger.deliveries import NewDelivery
from syndicate.model.article import Article
from syndicate.model.clearance import PUBLIC
from syndicate.model.delivery import Manifest, State, delivery_id
from syndicate.model.partner import Destination
from syndicate.model.step import SENDING_LANES, BuildFeed, Deliver, Step
from syndicate.model.story import Retraction
from syndicate.pipeline.duty import Duty
from syndicate.pipeline.newsroom import Newsroom

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Case:
    """The article in hand: its head, its newest words, and the house and hour in which it is decided."""

    head: Head
    article: Article
    updated: datetime
    newsroom: Newsroom
    now: datetime
    last_withdrawn: int = 0
    withdrawn_master: str | None = None


@dataclass(frozen=True)
class Written:
    """Bytes for one destination, or the reason why there are none."""

    packed: Packed | None
    media_type: str
    manifest: Manifest
    expires_at: datetime | None = None
    failure: str = ""


def write_removal(connection: Connection, case: Case, destination_id: str, reason: str) -> Written:
    """The bytes that take the article back from a destination, be it configured still or not."""
    destination = partners.last_known_destination(connection, destination_id)
    assert destination is not None  # remembered before anything was owed to it
    retraction = Retraction(
        article_id=case.head.id,
        uri=case.head.uri,
        url=case.article.url,
        headline=case.article.headline,
        language=case.article.language,
        revision=case.head.revision,
        withdrawn=case.updated,
        reason=reason,
    )
    try:
        rendition = article_format(destination.format).retract(retraction, publisher=case.newsroom.publisher)
    except Exception as error:
        return unwritable(case, destination, error)
    return Written(contents.pack(rendition.body), rendition.media_type, Manifest())


def unwritable(case: Case, destination: Destination, error: Exception) -> Written:
    """What stands in for bytes that could not be made: it fails for this destination alone, in view and in the log."""
    log.error("story.unwritable", article=case.head.id, format=destination.format, exc_info=error)
    reason = f"could not be written as {destination.format}: {type(error).__name__}: {error}"
    return Written(packed=None, media_type="", manifest=Manifest(), failure=reason)


def owe(connection: Connection, case: Case, *, destination_id: str, edition: int, due: Duty, written: Written) -> str:
    """Owe a delivery and tell its id; one that is owed already stays as it is, bytes and all."""
    head, now = case.head, database_time(connection)
    named = delivery_id(
        destination=destination_id, article=head.id, revision=head.revision, edition=edition, action=due.action
    )
    state: State = "failed" if written.failure else "waiting" if due.sent else "cancelled"
    deliveries.add(
        connection,
        NewDelivery(
            id=named,
            article_id=head.id,
            revision=head.revision,
            edition=edition,
            partner_id=partner_of(destination_id),
            destination_id=destination_id,
            action=due.action,
            state=state,
            reason=written.failure or due.reason,
            expires_at=written.expires_at,
            body=contents.keep(connection, written.packed) if written.packed and due.sent else None,
            media_type=written.media_type,
            manifest=written.manifest,
        ),
        now=now,
    )
    return named


def partner_of(destination_id: str) -> str:
    """Whose a destination is: its id is `partner/name`."""
    return destination_id.split("/", maxsplit=1)[0]


def touch_feeds(
    connection: Connection, case: Case, *, audiences: Iterable[str], at: datetime, urgent: bool
) -> list[str]:
    """Note that the feeds which hold, held or will hold the article have changed; tells their ids."""
    directory, publisher = case.newsroom.directory, case.newsroom.publisher
    named = set(audiences)
    standing = [feed.id for feed in directory.standing_feeds(publisher) if feed.audience in named]
    sections = articles.sections(connection, case.head.id) if PUBLIC in named else []
    by_section = [feed.id for section in sections for feed in directory.section_feeds(section, publisher)]
    touched = sorted({*standing, *by_section})
    feeds.touch(connection, touched, at=at, urgent=urgent)
    return touched


def steps_for(connection: Connection, article_id: str, *, feeds: Sequence[str], urgent: bool) -> list[Step]:
    """What follows: removals first, then what is new, then the feeds."""
    waiting = {row.lane for row in deliveries.of_article(connection, article_id) if row.state == "waiting"}
    sends = [Deliver(lane=lane) for lane in SENDING_LANES if lane in waiting]
    return [*sends, *(BuildFeed(feed_id=feed_id, urgent=urgent) for feed_id in feeds)]
