"""A person records whose pictures are: it is written down, and every article that carries them is decided again."""

from collections.abc import Sequence

from pydantic import ValidationError
from sqlalchemy import Connection

from syndicate.ledger import pictures, plans
from syndicate.ledger.database import Ledger
from syndicate.model.picture_rights import PictureRights, Said, permission_in
from syndicate.model.problem import Invalid, Problem, problems_of
from syndicate.model.record import Record
from syndicate.model.step import Plan, Step

PLANS_AT_ONCE = 200  # handed over at once; the sweep finds the rest


class RightsRecorded(Record):
    """How many entries were written, how many said what is on record already, and which articles are decided again."""

    entries: int
    known: int
    articles: tuple[str, ...]
    steps: tuple[Step, ...] = ()


def record_rights(ledger: Ledger, entries: Sequence[PictureRights]) -> RightsRecorded:
    """Write entries down, all or none. What says nothing new is left out: recording twice is harmless.

    Raises `Invalid` with every one that contradicts what is on record, by its place in the order: `0.ends`.
    """
    with ledger.write() as connection:
        new = _new(connection, entries)
        urls = {entry.url for entry in new}
        pictures.record(connection, new)
        concerned = _decide_again(connection, new, known=())
    with ledger.read() as connection:  # an article may have come in that we didn't see, and didn't see our entry
        missed = set(pictures.carriers(connection, urls)).difference(concerned)
    if missed:
        with ledger.write() as connection:
            concerned += _decide_again(connection, new, known=concerned)
    steps = tuple(Plan(article_id=name) for name in concerned[:PLANS_AT_ONCE])
    return RightsRecorded(
        entries=len(new), known=len(entries) - len(new), articles=tuple(sorted(concerned)), steps=steps
    )


def _decide_again(connection: Connection, new: Sequence[PictureRights], *, known: Sequence[str]) -> list[str]:
    """Ask for a plan of every live article that carries these, but for those `known`; tells which."""
    found = [name for name in pictures.carriers(connection, {entry.url for entry in new}) if name not in known]
    if found:
        plans.ask(connection, found, at=max(entry.at for entry in new))
    return found


def _new(connection: Connection, entries: Sequence[PictureRights]) -> list[PictureRights]:
    """The entries that say something new, seen one after the other."""
    said = dict(pictures.said(connection, {entry.url for entry in entries}))
    new, problems = [], list[Problem]()
    for number, entry in enumerate(entries):
        before = said.get(entry.url, {})
        if entry.said.items() <= before.items():
            continue
        said[entry.url] = {**before, **entry.said}
        problems += _contradictions(said[entry.url], under=str(number))
        new.append(entry)
    if problems:
        raise Invalid(problems)
    return new


def _contradictions(said: Said, *, under: str) -> list[Problem]:
    try:
        permission_in(said)
    except ValidationError as error:
        return problems_of(error, under=under)
    return []
