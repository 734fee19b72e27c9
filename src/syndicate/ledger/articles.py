"""Articles and their revisions. Whoever changes what an article means locks its row first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Row, Select, and_, func, insert, select, update

from syndicate.ledger import contents, labels
from syndicate.ledger.database import in_batches
from syndicate.ledger.insert import insert_new
from syndicate.ledger.tables import articles, revisions
from syndicate.model.article import Article, Withdrawal
from syndicate.model.event import EventType

Kind = Literal["published", "updated", "withdrawn", "descheduled"]
KINDS: dict[EventType, Kind] = {
    "article.published": "published",
    "article.updated": "updated",
    "article.withdrawn": "withdrawn",
    "article.descheduled": "descheduled",
}
_WITH_WORDS = ("published", "updated")


@dataclass(frozen=True)
class Head:
    """An article as it stands: what identifies it, and its newest revision."""

    id: str
    uri: str
    revision: int
    planned_revision: int
    plans: int
    plan_due_at: datetime | None
    version: int
    withdrawn: bool
    final: bool
    first_published: datetime | None

    def owes_plan(self, now: datetime) -> bool:
        """Whether it is to be planned: its newest revision was not yet, or it is due again."""
        return self.planned_revision < self.revision or (self.plan_due_at is not None and self.plan_due_at <= now)


@dataclass(frozen=True)
class Revision:
    """One revision. `data` is the article, or the withdrawal that took it back or off the schedule."""

    article_id: str
    revision: int
    kind: Kind
    updated: datetime
    recorded_at: datetime
    data: Article | Withdrawal


def head(connection: Connection, article_id: str, *, lock: bool = False) -> Head | None:
    """An article's head; with `lock`, nobody else changes it until this transaction ends."""
    wanted = select(articles).where(articles.c.id == article_id)
    row = connection.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    return _head(row) if row else None


def claim_id(connection: Connection, article_id: str, *, uri: str) -> None:
    """Make sure that the article has a row to lock. Revision 0 means that nothing has happened to it yet."""
    insert_new(
        connection,
        articles,
        {
            "id": article_id,
            "uri": uri,
            "head_revision": 0,
            "planned_revision": 0,
            "plans": 0,
            "version": 0,
            "withdrawn": False,
            "final": False,
        },
    )


def add_revision(
    connection: Connection,
    head: Head,
    *,
    kind: Kind,
    data: Article | Withdrawal,
    event_seq: int,
    updated: datetime,
    first_published: datetime | None,
    now: datetime,
) -> int:
    """Give a locked article its next revision, and answer its number."""
    article = data if isinstance(data, Article) else None
    number = head.revision + 1
    digest = contents.keep(connection, _written(data))
    connection.execute(
        insert(revisions).values(
            article_id=head.id,
            revision=number,
            kind=kind,
            event_seq=event_seq,
            digest=digest,
            section="".join(f"{name} > " for name in article.section) if article else "",
            updated=updated,
            recorded_at=now,
        )
    )
    if article:
        labels.label(connection, head.id, number, article)
    connection.execute(
        update(articles)
        .where(articles.c.id == head.id)
        .values(
            head_revision=number,
            version=max(head.version, data.version),
            withdrawn=article is None,
            final=isinstance(data, Withdrawal) and data.final,
            first_published=first_published,
            embargo_until=article.embargo_until if article else None,
            derived_from=article.derived_from if article else None,
            words_of=article.origin.source if article and article.origin.carries_others else None,
        )
    )
    return number


def live(connection: Connection) -> list[str]:
    """Every article that is published and not withdrawn."""
    return list(connection.scalars(select(articles.c.id).where(~articles.c.withdrawn, articles.c.head_revision > 0)))


def with_words_of_others(connection: Connection) -> list[str]:
    """The articles that carry others' words and aren't withdrawn."""
    wanted = select(articles.c.id).where(articles.c.words_of.is_not(None)).order_by(articles.c.id)
    return list(connection.scalars(wanted))


def revision(connection: Connection, article_id: str, number: int) -> Revision:
    """One revision with its content. Raises LookupError when there is none."""
    row = connection.execute(
        select(revisions).where(revisions.c.article_id == article_id, revisions.c.revision == number)
    ).one_or_none()
    if row is None:
        raise LookupError(f"the ledger has no revision {number} of article {article_id}")
    return _revision(row, contents.load(connection, row.digest))


def significant_since(connection: Connection, revision: Revision) -> int:
    """The first of the revisions that differ from this one by minor corrections only; itself, if it is significant."""
    wanted = select(func.min(revisions.c.revision)).where(
        revisions.c.article_id == revision.article_id, revisions.c.updated == revision.updated
    )
    return int(connection.scalar(wanted) or revision.revision)


def corrected_at(connection: Connection, revision: Revision) -> datetime | None:
    """When the correction that this revision notes was made: by it, or by one before that noted the same."""
    note, when = _noted(revision)
    if not note:
        return None
    before = last_article(connection, revision.article_id, before=revision.revision)
    while before is not None and _noted(before)[0] == note:
        when = _noted(before)[1]
        before = last_article(connection, before.article_id, before=before.revision)
    return when


def _noted(revision: Revision) -> tuple[str, datetime]:
    if isinstance(revision.data, Withdrawal):
        return "", revision.recorded_at
    return revision.data.correction_note, revision.data.updated_at or revision.recorded_at


def last_article(connection: Connection, article_id: str, *, before: int) -> Revision | None:
    """The newest revision below `before` that carries words: what a withdrawal takes back."""
    row = connection.execute(
        _of(article_id)
        .where(revisions.c.kind.in_(_WITH_WORDS), revisions.c.revision < before)
        .order_by(None)
        .order_by(revisions.c.revision.desc())
        .limit(1)
    ).one_or_none()
    return _revision(row, contents.load(connection, row.digest)) if row else None


def first_words(connection: Connection, article_id: str) -> Article:
    """The words of its first release, or of the first since it was withdrawn or descheduled. Raises LookupError."""
    wanted = select(func.max(revisions.c.revision)).where(
        revisions.c.article_id == article_id, revisions.c.kind.not_in(_WITH_WORDS)
    )
    after = int(connection.scalar(wanted) or 0)
    row = connection.execute(
        _of(article_id)
        .where(revisions.c.kind.in_(_WITH_WORDS), revisions.c.revision > after)
        .order_by(None)
        .order_by(revisions.c.revision)
        .limit(1)
    ).one_or_none()
    found = _revision(row, contents.load(connection, row.digest)).data if row else None
    if not isinstance(found, Article):
        raise LookupError(f"the ledger has no words of article {article_id} after revision {after}")
    return found


def last_withdrawn(connection: Connection, article_id: str) -> int:
    """The newest revision that withdrew an article, be it published again since; 0 when none ever did."""
    wanted = select(func.max(revisions.c.revision)).where(
        revisions.c.article_id == article_id, revisions.c.kind == "withdrawn"
    )
    return int(connection.scalar(wanted) or 0)


def withdrawn_at(connection: Connection, article_ids: Collection[str]) -> dict[str, datetime]:
    """When those of these that are withdrawn were."""
    found = dict[str, datetime]()
    for some in in_batches(sorted(article_ids)):
        head = and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.head_revision)
        wanted = select(articles.c.id, revisions.c.recorded_at).join(revisions, head)
        rows = connection.execute(wanted.where(articles.c.withdrawn, articles.c.id.in_(some)))
        found |= {row.id: row.recorded_at for row in rows}
    return found


def count(connection: Connection) -> int:
    """How many articles there are."""
    return int(connection.scalar(select(func.count()).select_from(articles)) or 0)


def _written(data: Article | Withdrawal) -> bytes:
    """An article as it is kept. What it left unsaid of AI stays unsaid: that isn't the same as `none`."""
    unsaid = {"ai_label"} - data.model_fields_set if isinstance(data, Article) else set[str]()
    return data.model_dump_json(exclude=unsaid).encode()


def _of(article_id: str) -> Select[tuple[object, ...]]:
    return select(revisions).where(revisions.c.article_id == article_id).order_by(revisions.c.revision)


def _head(row: Row[tuple[object, ...]]) -> Head:
    found = row._mapping
    return Head(
        id=found["id"],
        uri=found["uri"],
        revision=found["head_revision"],
        planned_revision=found["planned_revision"],
        plans=found["plans"],
        plan_due_at=found["plan_due_at"],
        version=found["version"],
        withdrawn=found["withdrawn"],
        final=found["final"],
        first_published=found["first_published"],
    )


def _revision(row: Row[tuple[object, ...]], content: bytes) -> Revision:
    found = row._mapping
    form = Article if found["kind"] in _WITH_WORDS else Withdrawal
    return Revision(
        article_id=found["article_id"],
        revision=found["revision"],
        kind=found["kind"],
        updated=found["updated"],
        recorded_at=found["recorded_at"],
        data=form.model_validate_json(content),
    )
