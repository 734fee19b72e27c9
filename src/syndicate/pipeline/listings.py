"""A new edition of the source list: written down, and on its day every article that it concerns is decided again."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from syndicate.ledger import articles, listings, plans
from syndicate.ledger.database import Ledger
from syndicate.ledger.listings import Imported
from syndicate.model.listing import Edition
from syndicate.model.problem import invalid
from syndicate.model.publisher import Publisher
from syndicate.model.record import Record
from syndicate.model.step import Plan, Step
from syndicate.pipeline.newsroom import Newsroom
from syndicate.rights.question import local

PLANS_AT_ONCE = 200  # handed over at once; the sweep finds the rest


class EditionListed(Record):
    """What became of an import. `known`: the very same edition was imported before."""

    edition: str
    starts: date
    units: int
    outcome: Literal["imported", "known"]
    steps: tuple[Step, ...] = ()


def import_edition(ledger: Ledger, edition: Edition, *, by: str, newsroom: Newsroom, now: datetime) -> EditionListed:
    """Write an edition down. Raises `Invalid` when there is another one of its name.

    If its day has come, what it concerns is decided again at once; if not, the sweep sees to that on its day.
    """
    with ledger.write() as connection:
        known = listings.find(connection, edition.name)
        if known is None:
            midnight = datetime.combine(edition.starts, time(), ZoneInfo(newsroom.publisher.timezone))
            listings.add(connection, edition, starts_at=midnight, by=by, now=now)
        elif known.digest != listings.digest(edition):
            raise invalid("edition", _is_another(known, edition, newsroom.publisher))
    steps = take_effect(ledger, newsroom=newsroom, now=now)
    return EditionListed(
        edition=edition.name,
        starts=edition.starts,
        units=len(edition.units),
        outcome="known" if known else "imported",
        steps=tuple(steps),
    )


def take_effect(ledger: Ledger, *, newsroom: Newsroom, now: datetime) -> Sequence[Step]:
    """Have decided again what the editions concern whose day has come: all that carries others' words.

    And, where none of our names is on the list any more, what was sent to partners that take from listed units only.
    An edition must have been committed before: a plan that is being made meanwhile either knows of it or is asked for
    again here.
    """
    with ledger.read() as connection:
        new = listings.uncounted(connection, now=now)
    if not new:
        return []
    publisher, partners = newsroom.publisher, newsroom.directory.partners
    strict = [partner.id for partner in partners if partner.only_listed]
    with ledger.write() as connection:
        listing = listings.in_force(connection, asked=publisher.own_names, now=now)
        ours_is_on_it = listing is not None and any(map(listing.has, publisher.own_names))
        found = articles.with_words_of_others(connection)
        found += [] if ours_is_on_it else listings.sent_to(connection, strict)
        concerned = list(dict.fromkeys(found))
        plans.ask(connection, concerned, at=now)
        listings.counted(connection, new, now=now)
    return [Plan(article_id=name) for name in concerned[:PLANS_AT_ONCE]]


def _is_another(known: Imported, edition: Edition, publisher: Publisher) -> str:
    """How the edition of this name that we have differs from the one that was told now."""
    had = f"{known.units} units, in force from {known.starts}"
    told = f"{len(edition.units)} units, in force from {edition.starts}"
    differs = f"that has {had}; this one {told}" if had != told else f"that has {had} too, but others"
    when = local(known.imported_at, publisher)
    return (
        f"{known.name} was imported on {when} by {known.by} with other content: {differs}. An edition never changes: "
        f"import this one by another name, such as {known.name}-b"
    )
