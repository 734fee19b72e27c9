"""Who may have what, and why: one row for every answer that was ever given, refusals included."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, and_, exists, func, insert, or_, select

from syndicate.ledger.database import in_batches
from syndicate.ledger.labels import narrowed
from syndicate.ledger.tables import articles, clearances
from syndicate.model.agreement import Agreement, Period
from syndicate.model.clearance import Clearance, PictureVerdict
from syndicate.model.story import FeedDefinition
from syndicate.model.supply import Supply


@dataclass(frozen=True)
class Standing:
    """A clearance as it is remembered."""

    article_id: str
    revision: int
    audience: str
    edition: int
    clearance: Clearance
    agreement: str
    terms: str
    decided_at: datetime


def of_revision(connection: Connection, article_id: str, number: int) -> dict[str, Standing]:
    """The newest answer for each audience about one revision."""
    return {one.audience: one for one in of_revisions(connection, article_id, [number])}


def of_revisions(connection: Connection, article_id: str, numbers: Collection[int]) -> list[Standing]:
    """Every answer about some revisions, in the order of their editions."""
    wanted = select(clearances).where(clearances.c.article_id == article_id, clearances.c.revision.in_(sorted(numbers)))
    return [_standing(row) for row in connection.execute(wanted.order_by(clearances.c.edition))]


def given(connection: Connection, article_id: str, revision: int, audience: str, edition: int) -> Standing | None:
    """One answer, however old, by what a delivery that was owed under it says."""
    wanted = select(clearances).where(
        clearances.c.article_id == article_id,
        clearances.c.revision == revision,
        clearances.c.audience == audience,
        clearances.c.edition == edition,
    )
    row = connection.execute(wanted).one_or_none()
    return _standing(row) if row else None


@dataclass(frozen=True)
class Answer:
    """An answer that was just given. It is `new` unless the former one said the same under the same terms."""

    audience: str
    edition: int
    new: bool
    clearance: Clearance
    agreement: Agreement | None


def answer(audience: str, clearance: Clearance, agreement: Agreement | None, *, former: Standing | None) -> Answer:
    """An answer with its edition, which grows when the answer or the terms change."""
    terms = agreement.version if agreement else ""
    if former and former.clearance == clearance and former.terms == terms:
        return Answer(audience, former.edition, False, clearance, agreement)
    return Answer(audience, former.edition + 1 if former else 1, True, clearance, agreement)


def add(connection: Connection, article_id: str, revision: int, answers: Iterable[Answer], *, now: datetime) -> None:
    """Write down the answers that are new."""
    rows = [
        {
            "article_id": article_id,
            "revision": revision,
            "audience": one.audience,
            "edition": one.edition,
            "decision": one.clearance.decision,
            "rule": one.clearance.rule,
            "reason": one.clearance.reason,
            "until": one.clearance.until,
            "keeps": one.clearance.keeps,
            "agreement": one.agreement.number if one.agreement else "",
            "terms": one.agreement.version if one.agreement else "",
            "pictures": [picture.model_dump(mode="json") for picture in one.clearance.pictures],
            "decided_at": now,
        }
        for one in answers
        if one.new
    ]
    if rows:
        connection.execute(insert(clearances), rows)


def ever_cleared(connection: Connection, article_id: str) -> set[str]:
    """Every audience that was ever cleared for any revision of an article."""
    wanted = select(clearances.c.audience).where(
        clearances.c.article_id == article_id, clearances.c.decision == "cleared"
    )
    return set(connection.scalars(wanted.distinct()))


def supplies(
    connection: Connection, audiences: Collection[str], article_id: str, *, since: Mapping[Period, datetime]
) -> dict[str, Supply]:
    """How many articles were first cleared for each of these since each of these moments.

    And whether this article was refused to them because nothing was left.
    """
    earlier = clearances.alias()
    counted_before = (
        exists()
        .where(earlier.c.audience == clearances.c.audience, earlier.c.decision == "cleared")
        .where(earlier.c.article_id == clearances.c.article_id, earlier.c.seq < clearances.c.seq)
    )
    first = (
        select(clearances.c.audience, clearances.c.decided_at)
        .where(clearances.c.audience.in_(sorted(audiences)), clearances.c.decision == "cleared")
        .where(clearances.c.decided_at >= min(since.values()), ~counted_before)
        .subquery()
    )
    counts = [func.count().filter(first.c.decided_at >= begins).label(period) for period, begins in since.items()]
    counted = {
        row.audience: row._mapping
        for row in connection.execute(select(first.c.audience, *counts).group_by(first.c.audience))
    }
    asked = select(clearances.c.audience, clearances.c.agreement).where(clearances.c.decision == "refused")
    asked = asked.where(clearances.c.article_id == article_id, clearances.c.rule == "quota")
    refused = {row.audience: row.agreement for row in connection.execute(asked.order_by(clearances.c.seq.desc()))}
    return {
        name: Supply(
            **{period: counted[name][period] for period in since if name in counted}, refused=refused.get(name, "")
        )
        for name in audiences
    }


def articles_cleared_for(connection: Connection, partner_id: str) -> list[str]:
    """Every article that was ever cleared for a partner."""
    wanted = select(clearances.c.article_id).where(*_cleared_for(partner_id, clearances)).distinct()
    return list(connection.scalars(wanted.order_by(clearances.c.article_id)))


def _cleared_for(partner_id: str, among: FromClause) -> tuple[ColumnElement[bool], ...]:
    return among.c.audience == partner_id, among.c.decision == "cleared"


def selection(
    connection: Connection, definition: FeedDefinition, *, now: datetime, among: Collection[str] | None = None
) -> list[Standing]:
    """What belongs to a feed, of these articles or of all: the newest answer about their planned revision clears them.

    A revision that is received and not planned yet changes nothing; a withdrawal counts from the moment it is known.
    What is under embargo is in no feed, not even of those who are bound to hold it: no feed can tell them so.
    """
    wanted = _selected(definition, now).order_by(articles.c.id)
    if among is None:
        return [_standing(row) for row in connection.execute(wanted)]
    parts = (wanted.where(clearances.c.article_id.in_(some)) for some in in_batches(sorted(among)))
    return [_standing(row) for part in parts for row in connection.execute(part)]


def recent(connection: Connection, definition: FeedDefinition, *, since: datetime, now: datetime) -> list[Standing]:
    """What belongs to a feed and was first published after a moment, the newest first, as many as it may be long."""
    wanted = _selected(definition, now).where(articles.c.first_published > since)
    newest = wanted.order_by(articles.c.first_published.desc(), articles.c.id).limit(definition.length)
    return [_standing(row) for row in connection.execute(newest)]


def last_decided(
    connection: Connection, audiences: Collection[str], article_ids: Collection[str]
) -> dict[str, datetime]:
    """When the newest answer for any of these audiences about each of these articles was given."""
    found = dict[str, datetime]()
    for some in in_batches(sorted(article_ids)):
        wanted = select(clearances.c.article_id, func.max(clearances.c.decided_at).label("at"))
        wanted = wanted.where(clearances.c.audience.in_(audiences), clearances.c.article_id.in_(some))
        found |= {row.article_id: row.at for row in connection.execute(wanted.group_by(clearances.c.article_id))}
    return found


def _selected(definition: FeedDefinition, now: datetime) -> Select[tuple[object, ...]]:
    later = clearances.alias()
    superseded = exists().where(
        and_(
            later.c.article_id == clearances.c.article_id,
            later.c.revision == clearances.c.revision,
            later.c.audience == clearances.c.audience,
            later.c.edition > clearances.c.edition,
        )
    )
    wanted = (
        select(clearances)
        .join(
            articles,
            and_(articles.c.id == clearances.c.article_id, articles.c.planned_revision == clearances.c.revision),
        )
        .where(clearances.c.audience.in_(definition.audiences), clearances.c.decision == "cleared", ~superseded)
        .where(~articles.c.withdrawn, or_(articles.c.embargo_until.is_(None), articles.c.embargo_until <= now))
    )
    return narrowed(wanted, definition)


def _standing(row: Row[tuple[object, ...]]) -> Standing:
    found = row._mapping
    return Standing(
        article_id=found["article_id"],
        revision=found["revision"],
        audience=found["audience"],
        edition=found["edition"],
        clearance=Clearance(
            decision=found["decision"],
            rule=found["rule"],
            reason=found["reason"],
            until=found["until"],
            keeps=found["keeps"],
            pictures=tuple(PictureVerdict.model_validate(picture) for picture in found["pictures"]),
        ),
        agreement=found["agreement"],
        terms=found["terms"],
        decided_at=found["decided_at"],
    )
