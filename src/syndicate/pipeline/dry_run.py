"""What would follow from an event: who would get the article, in which form, and which pictures would fall out."""

from collections.abc import Iterator
from datetime import datetime

from syndicate.ledger.database import Ledger
from syndicate.model.clearance import Clearance, PictureVerdict, Verdict
from syndicate.model.event import Envelope
from syndicate.model.partner import Partner
from syndicate.model.record import Record
from syndicate.pipeline.case import Case, find_case
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.receive import Received, receive
from syndicate.rights import clear, every_rule
from syndicate.rights.pictures import pictures


class Prospect(Record):
    """One audience's answer, and what each rule says. `forms` are what it would get, as `push: ninjs by webhook`.

    `pictures` are decided for who waits too: so they would go along, or fall out, if the hour had come.
    """

    audience: str
    name: str
    clearance: Clearance
    rules: tuple[Verdict, ...]
    pictures: tuple[PictureVerdict, ...]
    forms: tuple[str, ...]


class DryRun(Record):
    """What would become of the event, and every audience's answer; none for a withdrawal, or if it changes nothing."""

    event: Received
    headline: str = ""
    prospects: tuple[Prospect, ...] = ()


def dry_run(ledger: Ledger, envelope: Envelope, *, newsroom: Newsroom, now: datetime) -> DryRun:
    """Take an event in, ask for everybody, and undo it. Raises `Invalid` and `Conflict` as taking it in would."""
    with ledger.rehearse() as connection:
        received = receive(connection, envelope, publisher=newsroom.publisher, now=now)
        found = None
        if received.outcome == "accepted":
            found = find_case(connection, received.article_id, newsroom=newsroom, now=now)
    event = received.model_copy(update={"steps": ()})
    if found is None:
        return DryRun(event=event)
    case, _ = found
    return DryRun(event=event, headline=case.article.headline, prospects=tuple(_prospects(case)))


def _prospects(case: Case) -> Iterator[Prospect]:
    for audience, question in case.questions().items():
        partner, clearance = question.partner, clear(question)
        yield Prospect(
            audience=audience,
            name=partner.name if partner else audience,
            clearance=clearance,
            rules=every_rule(question),
            pictures=() if clearance.decision == "refused" or question.as_link else pictures(question),
            forms=_forms(partner) if partner else (),
        )


def _forms(partner: Partner) -> tuple[str, ...]:
    return tuple(f"{one.name}: {one.format} by {one.transport}" for one in partner.destinations)
