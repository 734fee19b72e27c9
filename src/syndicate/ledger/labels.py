"""What an article's revisions carry that feeds are chosen by: keywords, authors, and whose words they are."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, select

from syndicate.ledger.insert import insert_new
from syndicate.ledger.tables import articles, clearances, revision_labels, revisions
from syndicate.model.article import Article
from syndicate.model.feed import Belongings
from syndicate.model.story import FeedDefinition

KEYWORD, AUTHOR, WORDS = "keyword", "author", "words"


def label(connection: Connection, article_id: str, revision: int, article: Article) -> None:
    """Note what a revision carries. Who signs a reprint isn't ours, and so no author of ours."""
    people = () if article.origin.kind == "reprint" else article.reporters + article.correspondents
    found = [(KEYWORD, name) for name in article.keywords] + [(AUTHOR, name) for name in people]
    found.append((WORDS, article.origin.kind))
    rows = [
        {"kind": kind, "name": name, "article_id": article_id, "revision": revision}
        for kind, name in dict.fromkeys(found)
    ]
    insert_new(connection, revision_labels, rows)


def belongings(connection: Connection, article_id: str) -> Belongings:
    """The sections, keywords and authors that any revision of an article ever had."""
    held = select(revisions.c.section).where(revisions.c.article_id == article_id, revisions.c.section != "")
    paths = connection.scalars(held.distinct())
    named = select(revision_labels.c.kind, revision_labels.c.name).where(revision_labels.c.article_id == article_id)
    found = {(row.kind, row.name) for row in connection.execute(named.distinct())}
    return Belongings(
        sections=sorted(tuple(path.removesuffix(" > ").split(" > ")) for path in paths),
        keywords=sorted(name for kind, name in found if kind == KEYWORD),
        authors=sorted(name for kind, name in found if kind == AUTHOR),
    )


def narrowed(wanted: Select[tuple[object, ...]], definition: FeedDefinition) -> Select[tuple[object, ...]]:
    """A selection of clearances, joined with their articles, narrowed to what belongs to a feed."""
    if definition.section:
        path = "".join(f"{name} > " for name in definition.section)
        its_own = and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.planned_revision)
        wanted = wanted.join(revisions, its_own).where(func.substr(revisions.c.section, 1, len(path)) == path)
    for kind, name in ((KEYWORD, definition.keyword), (AUTHOR, definition.author)):
        if name:  # joined, so that few articles are found by their label, and not by a look at all there are
            wanted = wanted.join(revision_labels, _carries(kind, name))
    return wanted.where(exists().where(_carries(WORDS, "own"))) if definition.own_words else wanted


def in_use(connection: Connection, kind: str, *, audiences: Iterable[str], limit: int) -> dict[str, int]:
    """The keywords, or authors, of what these audiences have now, and of how many articles, the most used first."""
    its_own = and_(
        articles.c.id == revision_labels.c.article_id, articles.c.planned_revision == revision_labels.c.revision
    )
    many = func.count()
    wanted = (
        select(revision_labels.c.name, many.label("many"))
        .join(articles, its_own)
        .where(revision_labels.c.kind == kind, _is_out(audiences))
        .group_by(revision_labels.c.name)
        .order_by(many.desc(), revision_labels.c.name)
        .limit(limit)
    )
    return {row.name: row.many for row in connection.execute(wanted)}


def everything(connection: Connection, *, audiences: Iterable[str], limit: int) -> Belongings:
    """The sections, keywords and authors of all that these audiences have now, so many of each at most."""
    its_own = and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.planned_revision)
    held = select(revisions.c.section).join(articles, its_own).where(revisions.c.section != "", _is_out(audiences))
    paths = connection.scalars(held.distinct().order_by(revisions.c.section).limit(limit))
    return Belongings(
        sections=[tuple(path.removesuffix(" > ").split(" > ")) for path in paths],
        keywords=list(in_use(connection, KEYWORD, audiences=audiences, limit=limit)),
        authors=list(in_use(connection, AUTHOR, audiences=audiences, limit=limit)),
    )


def _is_out(audiences: Iterable[str]) -> ColumnElement[bool]:
    """Whether the newest answer about an article's planned revision clears it for any of these."""
    later = clearances.alias()
    superseded = exists().where(
        later.c.article_id == clearances.c.article_id,
        later.c.revision == clearances.c.revision,
        later.c.audience == clearances.c.audience,
        later.c.edition > clearances.c.edition,
    )
    cleared = exists().where(
        clearances.c.article_id == articles.c.id,
        clearances.c.revision == articles.c.planned_revision,
        clearances.c.audience.in_(sorted(audiences)),
        clearances.c.decision == "cleared",
        ~superseded,
    )
    return and_(~articles.c.withdrawn, cleared)


def _carries(kind: str, name: str) -> ColumnElement[bool]:
    return and_(
        revision_labels.c.kind == kind,
        revision_labels.c.name == name,
        revision_labels.c.article_id == articles.c.id,
        revision_labels.c.revision == articles.c.planned_revision,
    )
