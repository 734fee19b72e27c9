"""Decides who gets the newest revision of an article, and owes it to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from syndicate.ledger import articles, clearances, contents, deliveries, health, licences, partners
from syndicate.ledger.articles import Revision
from syndicate.ledger.database import Ledger, database_time
from syndicate.ledger.deliveries import Delivery, NewDelivery
from syndicate.model.agreement import Agreement
from syndicate.model.article import Article
from syndicate.model.clearance import PUBLIC, Clearance
from syndicate.model.partner import Partner
from syndicate.model.step import Plan, Step, Withdraw
from syndicate.pipeline.case import Case, read_case, supplies
from syndicate.pipeline.derived import plan_derived
from syndicate.pipeline.duty import duty
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.owe import (
    Removals,
    Written,
    debt,
    packed_manifest,
    partner_of,
    steps_for,
    touch_feeds,
    unwritable,
)
from syndicate.pipeline.writing import write_article, write_story
from syndicate.rights import clear
from syndicate.rights.quota import quota

Histories = Mapping[str, Sequence[Delivery]]


@dataclass(frozen=True)
class Asked:
    """What one audience may have, with the bytes for each of its destinations where it is cleared."""

    audience: str
    clearance: Clearance
    agreement: Agreement | None
    written: Mapping[str, Written]


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
    answers = [_ask(case, partner, writer) for partner in (None, *newsroom.directory.partners)]
    with ledger.write() as connection:
        locked = articles.head(connection, article_id, lock=True)
        if locked != head:  # it has moved on, or somebody has planned it since: their answers may be newer than ours
            return [Plan(article_id=article_id)]
        partners.remember(connection, unknown, now=now)
        licences.remember(connection, new_licence, now=now)
        if _is_used_up_meanwhile(connection, case):
            return [Plan(article_id=article_id)]
        return [*_write_down(connection, case, revision, answers), *derived]


def _is_used_up_meanwhile(connection: Connection, case: Case) -> bool:
    """Whether another plan has used up a quota that this one has counted on. Until we have written, no other can."""
    bounded = [partner for partner in case.newsroom.directory.partners if partner.id in case.supplies]
    if not bounded:
        return False
    partners.hold(connection, [partner.id for partner in bounded])
    fresh = supplies(connection, case.head.id, newsroom=case.newsroom, now=case.now)
    seen = replace(case, supplies=fresh)
    return any(quota(seen.question(partner)) != quota(case.question(partner)) for partner in bounded)


def _ask(case: Case, partner: Partner | None, writer: "Writer") -> Asked:
    """One audience's answer; no partner means the public."""
    question = case.question(partner)
    agreement, clearance = question.agreement, clear(question)
    if partner is None or clearance.decision != "cleared":
        return Asked(partner.id if partner else PUBLIC, clearance, agreement, {})
    written = {
        partner.destination_id(destination): writer.write(destination.format, clearance, agreement)
        for destination in partner.destinations
    }
    return Asked(partner.id, clearance, agreement, written)


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
    once_cleared = clearances.ever_cleared(connection, head.id)
    as_good = range(articles.significant_since(connection, revision), revision.revision)
    owed = _owe_everybody(connection, case, answers, as_good=as_good)
    reason = f"replaced by the plan for revision {head.revision}"
    deliveries.cancel_waiting(connection, head.id, but=owed, reason=reason, now=case.now)
    cleared = {answer.audience for answer in answers if answer.clearance.decision == "cleared"}
    somebody_lost_it = bool(once_cleared - cleared)
    # A hold that lapses changes the feeds too, at the hour it lapsed.
    at = max(recorded_at, min(case.now, head.plan_due_at)) if head.plan_due_at else recorded_at
    feeds = touch_feeds(connection, case, audiences=cleared | once_cleared, at=at, urgent=somebody_lost_it)
    lapses = [answer.clearance.until for answer in answers if answer.clearance.until]
    articles.planned(connection, head.id, revision=head.revision, due_at=min(lapses, default=None))
    return steps_for(connection, head.id, feeds=feeds, urgent=somebody_lost_it)


def _owe_everybody(connection: Connection, case: Case, asked: Sequence[Asked], *, as_good: range) -> list[str]:
    """Write down every answer, and owe what follows; tells the ids of all that is owed because of this revision."""
    standings = clearances.of_revision(connection, case.head.id, case.head.revision)
    _keep_claims_off(connection, case, asked)
    rows = deliveries.of_article(connection, case.head.id)
    histories = {name: list(history) for name, history in groupby(rows, key=lambda row: row.destination_id)}
    removals = Removals(connection, case, histories)
    answers, owed, new = [], list[str](), list[NewDelivery]()
    for one in (*asked, *_refusals_of_the_gone(histories, case.newsroom)):
        former = standings.get(one.audience)
        answer = clearances.answer(one.audience, one.clearance, one.agreement, former=former)
        answers.append(answer)
        same_terms = former is not None and former.terms == (one.agreement.version if one.agreement else "")
        same, more = _owe_audience(
            case, one, histories, removals, edition=answer.edition, as_good=as_good, same_terms=same_terms
        )
        owed += same
        new += more
    clearances.add(connection, case.head.id, case.head.revision, answers, now=case.now)
    deliveries.add(connection, new, now=database_time(connection))
    return owed + [one.id for one in new]


def _keep_claims_off(connection: Connection, case: Case, asked: Sequence[Asked]) -> None:
    """See to it that what waits for this article isn't claimed between our look at it and our answer.

    What is claimed after the look would be neither cancelled nor taken back. Price: for as long as the answers are
    written down, nothing else is claimed for these destinations either.
    """
    sent_to = deliveries.destinations_of(connection, case.head.id)
    if sent_to:
        # With those that will be owed something new: all in one go, or two plans could wait for each other.
        health.hold(connection, sent_to.union(*(one.written for one in asked)))


def _refusals_of_the_gone(histories: Histories, newsroom: Newsroom) -> list[Asked]:
    """A refusal for every partner that was sent to once and is gone from the configuration."""
    gone = {partner_of(name) for name in histories} - {partner.id for partner in newsroom.directory.partners}
    return [Asked(partner_id, _gone("partner"), None, {}) for partner_id in sorted(gone)]


def _owe_audience(
    case: Case,
    asked: Asked,
    histories: Histories,
    removals: Removals,
    *,
    edition: int,
    as_good: range,
    same_terms: bool,
) -> tuple[list[str], list[NewDelivery]]:
    """What one audience's destinations are owed because of its answer: what is owed already, by id, and what is new."""
    owed, new = [], []
    once = [name for name in histories if partner_of(name) == asked.audience]
    for destination_id in dict.fromkeys([*asked.written, *once]):
        written = asked.written.get(destination_id)
        clearance = asked.clearance
        if clearance.decision == "cleared" and written is None:
            clearance = _gone("destination")
        before, same = _split(histories.get(destination_id, ()), (case.head.revision, edition), clearance)
        if same and not _was_unwritable(same):  # by an earlier plan of this very answer: no other duty follows
            owed.append(same.id)
            continue
        minor = as_good if edition == 1 else range(as_good.stop, as_good.stop)  # a later answer is never minor
        body = written.packed.digest if same_terms and written and written.packed else ""
        due = duty(before, clearance, as_good=minor, withdrawn=case.last_withdrawn, body=body)
        if due is None:
            continue
        if due.action == "withdraw" or written is None:
            written = removals.write(destination_id, due.reason, answer=clearance)
        new.append(debt(case, destination_id=destination_id, edition=edition, due=due, written=written))
    return owed, new


def _split(
    history: Sequence[Delivery], answer: tuple[int, int], clearance: Clearance
) -> tuple[list[Delivery], Delivery | None]:
    """What was owed before this answer (revision, edition), and what is owed because of it already."""
    brings = clearance.decision == "cleared"
    same = [row for row in history if (row.revision, row.edition) == answer and (row.action != "withdraw") == brings]
    return [row for row in history if row not in same], same[-1] if same else None


def _was_unwritable(delivery: Delivery) -> bool:
    """Whether there never were any bytes: then its key has carried nothing, and it may be written now."""
    return delivery.state == "failed" and delivery.body is None and not delivery.tries


def _gone(what: str) -> Clearance:
    reason = f"the {what} is not in the configuration any more"
    return Clearance(decision="refused", rule="configuration", reason=reason)
