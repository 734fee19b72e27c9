"""Decides who gets the newest revision of an article, and owes it to them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from syndicate.ledger import articles, contents, deliveries, licences, partners, plans
from syndicate.ledger.articles import Revision
from syndicate.ledger.database import Ledger
from syndicate.model.agreement import Agreement
from syndicate.model.article import Article
from syndicate.model.clearance import Clearance
from syndicate.model.step import Plan, Step, Withdraw
from syndicate.pipeline.case import Case, read_case, supplies
from syndicate.pipeline.derived import plan_derived
from syndicate.pipeline.duties import Asked, owe_everybody
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.owe import Written, packed_manifest, steps_for, touch_feeds, unwritable
from syndicate.pipeline.writing import write_article, write_story
from syndicate.rights import clear, less_from
from syndicate.rights.pictures import pictures
from syndicate.rights.question import Question
from syndicate.rights.quota import quota


def plan(ledger: Ledger, article_id: str, *, newsroom: Newsroom, now: datetime) -> list[Step]:
    """Ask for every audience whether it may have the head revision, write the answers down, and owe what follows.

    Everything slow (rules, notices, formats) happens before the transaction, which then makes sure that the head has
    not moved meanwhile. What derives from it is decided again. Planning twice is harmless: what the ledger doesn't owe
    is not planned, however often it is asked for.
    """
    with ledger.read() as connection:
        head = articles.head(connection, article_id)
        if head is None or not head.owes_plan(now):
            return []
        revision = articles.revision(connection, article_id, head.revision)
        if not isinstance(revision.data, Article):
            return [Withdraw(article_id=article_id)]
        case = read_case(connection, head, revision, newsroom=newsroom, now=now)
        unknown = partners.unknown(connection, newsroom.directory.partners)
        new_licence = licences.unknown(connection, newsroom.licence)
    derived = plan_derived(ledger, article_id, urgent=False, now=now)
    writer = Writer(case, revision)
    answers = [_ask(case, audience, question, writer) for audience, question in case.questions().items()]
    with ledger.write() as connection:
        locked = articles.head(connection, article_id, lock=True)
        if locked != head:  # it has moved on, or somebody has planned it since: their answers may be newer than ours
            return [Plan(article_id=article_id)]
        partners.remember(connection, unknown, now=now)
        licences.remember(connection, new_licence, now=now)
        if _is_used_up_meanwhile(connection, case, answers):
            return [Plan(article_id=article_id)]
        return [*_write_down(connection, case, revision, answers), *derived]


def _is_used_up_meanwhile(connection: Connection, case: Case, answers: Sequence[Asked]) -> bool:
    """Whether another plan has used up a quota that this one has counted on. Until we have written, no other can."""
    counting = [one.audience for one in answers if one.clearance.decision == "cleared"]
    counting = [name for name in counting if name in case.supplies and name not in case.once_cleared]
    if not counting:
        return False
    partners.hold(connection, counting)
    fresh = replace(case, supplies=supplies(connection, case.head.id, newsroom=case.newsroom, now=case.now))
    found = (case.newsroom.directory.partner(name) for name in counting)
    return any(partner and quota(fresh.question(partner)) for partner in found)


def _ask(case: Case, audience: str, question: Question, writer: "Writer") -> Asked:
    """One audience's answer; no partner means the public."""
    partner, agreement, clearance = question.partner, question.agreement, clear(question)
    if partner is None:
        return Asked(audience, clearance, agreement)
    decided = clearance.pictures
    if clearance.decision == "held" or clearance.keeps:
        decided = pictures(question)
    if clearance.decision != "refused" or clearance.keeps:
        decided += case.stale_pictures(question)
    stays = {picture.url: picture for picture in decided if not picture.passed}
    sooner = less_from(question, decided)
    if clearance.decision != "cleared":
        return Asked(partner.id, clearance, agreement, stays=stays, less_from=sooner)
    written = {
        partner.destination_id(destination): writer.write(destination.format, clearance, agreement)
        for destination in partner.destinations
    }
    return Asked(partner.id, clearance, agreement, written, stays, sooner)


class Writer:
    """Writes an article down for its partners: once for each format and terms, however many have the same."""

    def __init__(self, case: Case, revision: Revision) -> None:
        self._case, self._revision = case, replace(revision, data=case.article)
        self._written: dict[tuple[str, Clearance, str], Written] = {}

    def write(self, format_name: str, clearance: Clearance, agreement: Agreement | None) -> Written:
        """The bytes. A story that can't be written fails for its destinations alone, in view."""
        same = (format_name, clearance, agreement.version if agreement else "")
        if same not in self._written:
            self._written[same] = self._write(format_name, clearance, agreement)
        return self._written[same]

    def _write(self, format_name: str, clearance: Clearance, agreement: Agreement | None) -> Written:
        case = self._case
        try:
            story, manifest = write_story(
                case.head,
                self._revision,
                clearance=clearance,
                agreement=agreement,
                newsroom=case.newsroom,
                corrected=case.corrected,
            )
            rendition = write_article(format_name, story, case.newsroom)
        except Exception as error:
            return unwritable(case, format_name, error)
        packed = contents.pack(rendition.body)
        expires_at = self._expires(clearance, agreement)
        return Written(packed, rendition.media_type, packed_manifest(manifest), expires_at=expires_at)

    def _expires(self, clearance: Clearance, agreement: Agreement | None) -> datetime | None:
        """When this may not leave any more: with the agreement, or once the answer changes by itself."""
        over = agreement.over(self._case.newsroom.publisher.timezone) if agreement else None
        return min(filter(None, (over, clearance.until)), default=None)


def _write_down(connection: Connection, case: Case, revision: Revision, answers: Sequence[Asked]) -> list[Step]:
    head, recorded_at = case.head, revision.recorded_at
    as_good = range(articles.significant_since(connection, revision), revision.revision)
    owed = owe_everybody(connection, case, answers, as_good=as_good)
    reason = f"replaced by the plan for revision {head.revision}"
    deliveries.cancel_waiting(connection, head.id, but=owed, reason=reason, now=case.now)
    cleared = {answer.audience for answer in answers if answer.clearance.decision == "cleared"}
    somebody_lost_it = bool(case.once_cleared - cleared)
    # A hold that lapses changes the feeds too, at the hour it lapsed.
    at = max(recorded_at, min(case.now, head.plan_due_at)) if head.plan_due_at else recorded_at
    feeds = touch_feeds(connection, case, audiences=cleared | case.once_cleared, at=at, urgent=somebody_lost_it)
    lapses = [answer.clearance.until for answer in answers]
    lapses += [answer.less_from for answer in answers if answer.audience in case.once_cleared]
    if head.plan_due_at and head.plan_due_at > case.now:  # somebody has asked for that, and may know more than we do
        lapses.append(head.plan_due_at)
    plans.made(connection, head.id, revision=head.revision, due_at=min(filter(None, lapses), default=None))
    return steps_for(connection, head.id, feeds=feeds, urgent=somebody_lost_it)
