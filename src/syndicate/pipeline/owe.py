"""Writes down what is owed, whose feeds have changed, and which Steps follow: shared by planning and withdrawing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from syndicate.formats import article_format
from syndicate.ledger import contents, deliveries, feeds, labels, partners
from syndicate.ledger.contents import Packed
from syndicate.ledger.deliveries import NewDelivery
from syndicate.model.clearance import Clearance
from syndicate.model.delivery import Manifest, State, delivery_id
from syndicate.model.record import canonical_json
from syndicate.model.step import SENDING_LANES, BuildFeed, Deliver, Step
from syndicate.model.story import Retraction
from syndicate.notices.compose import Named
from syndicate.notices.withdrawal import withdrawal_note
from syndicate.pipeline.case import Case
from syndicate.pipeline.duty import Duty

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Written:
    """Bytes for one destination, and the manifest of what they carry; or the reason why there are none."""

    packed: Packed | None
    media_type: str
    manifest: Packed
    expires_at: datetime | None = None
    failure: str = ""


def packed_manifest(manifest: Manifest) -> Packed:
    """A manifest as it is kept."""
    return contents.pack(canonical_json(manifest.model_dump(mode="json")))


NOTHING_CARRIED = packed_manifest(Manifest())


class Removals:
    """Writes what takes an article back from destinations, configured still or not: once for each format and words."""

    def __init__(self, connection: Connection, case: Case, destinations: Collection[str]) -> None:
        self._case = case
        self._known = partners.newest_destinations(connection, destinations) if destinations else {}
        self._written: dict[tuple[str, str, Named], Written] = {}

    def write(self, destination_id: str, reason: str, *, answer: Clearance | None = None) -> Written:
        """The bytes for one destination, one of those that were remembered before anything was owed to them.

        `answer` is the one because of which only this partner must let go; without, the article is withdrawn.
        """
        told = (self._known[destination_id].format, reason, self._note(partner_of(destination_id), answer))
        if told not in self._written:
            self._written[told] = self._write(*told)
        return self._written[told]

    def _note(self, partner_id: str, answer: Clearance | None) -> Named:
        case = self._case
        partner = case.newsroom.directory.partner(partner_id)
        agreement = partner.agreement_at(case.now, case.newsroom.publisher.timezone) if partner else None
        variant = agreement.wording if agreement else None
        return withdrawal_note(
            answer,
            at=case.now if answer else case.updated,
            publisher=case.newsroom.publisher,
            wording=case.newsroom.wording.of(case.article.language, variant),
        )

    def _write(self, format_name: str, reason: str, note: Named) -> Written:
        case = self._case
        retraction = Retraction(
            article_id=case.head.id,
            uri=case.head.uri,
            url=case.article.url,
            headline=case.article.headline,
            language=case.article.language,
            revision=case.head.revision,
            withdrawn=case.updated,
            reason=reason,
            notice=note[1],
        )
        try:
            rendition = article_format(format_name).retract(retraction, publisher=case.newsroom.publisher)
        except Exception as error:
            return unwritable(case, format_name, error)
        return Written(contents.pack(rendition.body), rendition.media_type, packed_manifest(Manifest(notices=note[:1])))


def unwritable(case: Case, format_name: str, error: Exception) -> Written:
    """What stands in for bytes that could not be made: it fails for this destination alone, in view and in the log."""
    log.error("story.unwritable", article=case.head.id, format=format_name, exc_info=error)
    reason = f"could not be written as {format_name}: {type(error).__name__}: {error}"
    return Written(packed=None, media_type="", manifest=NOTHING_CARRIED, failure=reason)


def debt(case: Case, *, destination_id: str, edition: int, due: Duty, written: Written) -> NewDelivery:
    """A delivery that is to be owed, with the id that is derived from what it is."""
    head = case.head
    state: State = "failed" if written.failure else "waiting" if due.sent else "cancelled"
    return NewDelivery(
        id=delivery_id(
            destination=destination_id, article=head.id, revision=head.revision, edition=edition, action=due.action
        ),
        article_id=head.id,
        revision=head.revision,
        edition=edition,
        partner_id=partner_of(destination_id),
        destination_id=destination_id,
        action=due.action,
        state=state,
        reason=written.failure or due.reason,
        expires_at=written.expires_at,
        body=written.packed if due.sent else None,
        media_type=written.media_type,
        manifest=written.manifest,
    )


def partner_of(destination_id: str) -> str:
    """Whose a destination is: its id is `partner/name`."""
    return destination_id.split("/", maxsplit=1)[0]


def touch_feeds(
    connection: Connection, case: Case, *, audiences: Iterable[str], at: datetime, urgent: bool
) -> list[str]:
    """Note that the feeds which hold, held or will hold the article have changed; tells their ids."""
    belongings = labels.belongings(connection, case.head.id)
    touched = case.newsroom.directory.feeds_with(audiences, belongings)
    feeds.touch(connection, touched, at=at, urgent=urgent, article_id=case.head.id)
    return touched


def steps_for(connection: Connection, article_id: str, *, feeds: Sequence[str], urgent: bool) -> list[Step]:
    """What follows: removals first, then what is new, then the feeds."""
    waiting = deliveries.waiting_lanes(connection, article_id)
    sends = [Deliver(lane=lane) for lane in SENDING_LANES if lane in waiting]
    return [*sends, *(BuildFeed(feed_id=feed_id, urgent=urgent) for feed_id in feeds)]
