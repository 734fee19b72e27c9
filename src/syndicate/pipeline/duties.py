"""What follows from the answers: everybody's is written down, and each destination is owed what its duty is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from syndicate.ledger import clearances, deliveries, health
from syndicate.ledger.clearances import Answer, Standing
from syndicate.ledger.database import database_time
from syndicate.ledger.deliveries import Delivery, NewDelivery
from syndicate.model.agreement import Agreement
from syndicate.model.clearance import Clearance, PictureVerdict
from syndicate.pipeline.case import Case
from syndicate.pipeline.duty import Duty, delivered, duty, may_show
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.owe import Removals, Written, debt, partner_of

Histories = Mapping[str, Sequence[Delivery]]


@dataclass(frozen=True)
class Asked:
    """What one audience may have, with the bytes for each of its destinations where it is cleared.

    `stays` are the pictures that may not go to it, with why, also where it isn't cleared and may keep what it has;
    `less_from` is when it may not keep all of that any more.
    """

    audience: str
    clearance: Clearance
    agreement: Agreement | None
    written: Mapping[str, Written] = field(default_factory=dict)
    stays: Mapping[str, PictureVerdict] = field(default_factory=dict)
    less_from: datetime | None = None


def owe_everybody(connection: Connection, case: Case, asked: Sequence[Asked], *, as_good: range) -> list[str]:
    """Write down every answer, and owe what follows; tells the ids of all that is owed because of this revision."""
    _keep_claims_off(connection, case, asked)
    rows = deliveries.of_article(connection, case.head.id)
    histories = {name: list(history) for name, history in groupby(rows, key=lambda row: row.destination_id)}
    has = [shown.revision for history in histories.values() for shown in may_show(history)]
    given = clearances.of_revisions(connection, case.head.id, {case.head.revision, *has})
    former = {one.audience: one for one in given if one.revision == case.head.revision}
    books = _Books(case, histories, {(one.audience, one.revision, one.edition): one for one in given}, as_good)
    removals = Removals(connection, case, histories)
    answers, owed, new = [], list[str](), list[NewDelivery]()
    for one in (*map(books.once_lost, asked), *_refusals_of_the_gone(histories, case.newsroom)):
        answer = clearances.answer(one.audience, one.clearance, one.agreement, former=former.get(one.audience))
        answers.append(answer)
        same, more = _owe_audience(books, one, answer, removals)
        owed += same
        new += more
    clearances.add(connection, case.head.id, case.head.revision, answers, now=case.now)
    deliveries.add(connection, new, now=database_time(connection))
    return owed + [one.id for one in new]


@dataclass(frozen=True)
class _Books:
    """What the ledger has of an article: what was owed, under which answers, and which revisions are as good."""

    case: Case
    histories: Histories
    standings: Mapping[tuple[str, int, int], Standing]
    as_good: range

    def under(self, audience: str, has: Delivery | None) -> Standing | None:
        """The answer that what they have was sent under."""
        return self.standings.get((audience, has.revision, has.edition)) if has else None

    def of(self, audience: str) -> list[str]:
        """Where this audience was ever sent to."""
        return [name for name in self.histories if partner_of(name) == audience]

    def lost(self, asked: Asked, history: Sequence[Delivery]) -> list[PictureVerdict]:
        """The pictures in what they may show that may not be there any more."""
        answers = [self.under(asked.audience, shown) for shown in may_show(history)]
        shown = frozenset[str]().union(*(under.clearance.passed_pictures for under in answers if under))
        return [asked.stays[url] for url in sorted(shown & asked.stays.keys())]

    def once_lost(self, asked: Asked) -> Asked:
        """The same, or another answer: who has a picture that may not be there any more keeps it under none.

        Who is cleared is sent the article without it, also where it doesn't carry it any more: as another answer, for
        it may have said until now that they needn't have this revision.
        """
        lost = {one.url: one for name in self.of(asked.audience) for one in self.lost(asked, self.histories[name])}
        if not lost:
            return asked
        clearance = asked.clearance
        if clearance.decision == "cleared":
            decided = {one.url for one in clearance.pictures}
            stale = tuple(one for url, one in lost.items() if url not in decided)
            told = {"pictures": (*clearance.pictures, *stale)}
            return replace(asked, clearance=clearance.model_copy(update=told)) if stale else asked
        reason = f"a picture that they have may not be there any more: {lost[min(lost)].reason}; {clearance.reason}"
        return replace(asked, clearance=Clearance(decision="refused", rule="pictures", reason=reason))


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
    books: _Books, asked: Asked, answer: Answer, removals: Removals
) -> tuple[list[str], list[NewDelivery]]:
    """What one audience's destinations are owed because of its answer: what is owed already, by id, and what is new."""
    case, owed, new = books.case, [], []
    for destination_id in dict.fromkeys([*asked.written, *books.of(asked.audience)]):
        written = asked.written.get(destination_id)
        clearance = asked.clearance
        if clearance.decision == "cleared" and written is None:
            clearance = _gone("destination")
        history = books.histories.get(destination_id, ())
        before, same = _split(history, (case.head.revision, answer.edition), clearance)
        if same and not _was_unwritable(same):  # by an earlier plan of this very answer: no other duty follows
            owed.append(same.id)
            continue
        due = _due(books, asked, before, clearance, written, edition=answer.edition)
        if due is None:
            continue
        if due.action == "withdraw" or written is None:
            written = removals.write(destination_id, due.reason, answer=clearance)
        new.append(debt(case, destination_id=destination_id, edition=answer.edition, due=due, written=written))
    return owed, new


def _due(
    books: _Books,
    asked: Asked,
    before: Sequence[Delivery],
    clearance: Clearance,
    written: Written | None,
    *,
    edition: int,
) -> Duty | None:
    """One destination's duty. A later answer is never minor, nor is one that takes a picture away."""
    case, as_good = books.case, books.as_good
    under = books.under(asked.audience, delivered(before))
    if edition > 1 or books.lost(asked, before):
        as_good = range(as_good.stop, as_good.stop)
    body, unchanged = "", ""
    if clearance.decision == "cleared" and under and under.revision == case.head.revision:
        if under.terms != (asked.agreement.version if asked.agreement else ""):
            unchanged = "only the terms have another version" if under.clearance.carries == clearance.carries else ""
        elif written and written.packed:
            body = written.packed.digest
    return duty(before, clearance, as_good=as_good, withdrawn=case.last_withdrawn, body=body, unchanged=unchanged)


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
