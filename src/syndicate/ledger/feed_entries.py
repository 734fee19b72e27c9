"""Which articles stand in which feed, which have to be looked at again, and which were taken back."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal, select, update

from syndicate.ledger.database import in_batches
from syndicate.ledger.insert import insert_from, upsert_all
from syndicate.ledger.tables import articles, feed_entries, feeds

_KEY = ("feed_id", "article_id")
_IN: ColumnElement[bool] = feed_entries.c.version != ""


@dataclass(frozen=True)
class Entry:
    """An article's place in a feed. `version` is the digest of what its bytes come from; empty: it is not in it.

    `moved_at` is when the answer was given that it stands in the feed by, `build` the feed's build that last changed
    it, and `gone_at` when it was taken back, having stood in it.
    """

    article_id: str
    version: str = ""
    revision: int = 0
    edition: int = 0
    published_at: datetime | None = None
    moved_at: datetime | None = None
    month: str = ""
    build: int = 0
    gone_at: datetime | None = None


def ask(connection: Connection, feed_ids: Collection[str], article_id: str) -> None:
    """Have an article looked at by the next build of these feeds, which were just touched."""
    some = select(feeds.c.id, literal(article_id), feeds.c.dirty_seq, literal(0), literal(""), literal(0))
    some = some.add_columns(literal(0), literal(""), literal(0)).where(feeds.c.id.in_(sorted(feed_ids)))
    columns = ("feed_id", "article_id", "asked", "looked", "version", "revision", "edition", "month", "build")
    insert_from(connection, feed_entries, columns, some.order_by(feeds.c.id), key=_KEY, change=("asked",))


def asked(connection: Connection, feed_id: str, *, upto: int) -> list[str]:
    """The articles that a build which has seen the feed so far must look at, also those withdrawn a moment ago."""
    behind = select(feed_entries.c.article_id).where(
        feed_entries.c.feed_id == feed_id,
        feed_entries.c.looked < feed_entries.c.asked,
        feed_entries.c.asked <= upto,
    )
    withdrawn = _stands(feed_id).join(articles, articles.c.id == feed_entries.c.article_id)
    withdrawn = withdrawn.where(articles.c.withdrawn, articles.c.planned_revision < articles.c.head_revision)
    found = [*connection.scalars(behind), *connection.scalars(withdrawn.with_only_columns(feed_entries.c.article_id))]
    return sorted(set(found))


def looked(connection: Connection, feed_id: str, *, upto: int) -> None:
    """Note that a build has looked at all that it was to look at."""
    seen = and_(feed_entries.c.feed_id == feed_id, feed_entries.c.looked < feed_entries.c.asked)
    done = update(feed_entries).where(seen, feed_entries.c.asked <= upto)
    connection.execute(done.values(looked=feed_entries.c.asked))


def forget(connection: Connection, feed_id: str, versions: Collection[str]) -> None:
    """Have the entries of these versions looked at by the next build as if they were new."""
    for some in in_batches(sorted(versions)):
        lost = and_(feed_entries.c.feed_id == feed_id, feed_entries.c.version.in_(some))
        again = select(feeds.c.dirty_seq).where(feeds.c.id == feed_id).scalar_subquery()
        connection.execute(update(feed_entries).where(lost).values(version="", looked=0, asked=again))


def every(connection: Connection, feed_id: str) -> list[str]:
    """Every article that stands or ever stood in a feed, or was to be looked at."""
    return list(connection.scalars(select(feed_entries.c.article_id).where(feed_entries.c.feed_id == feed_id)))


def of(connection: Connection, feed_id: str, article_ids: Collection[str]) -> dict[str, Entry]:
    """The places of some articles in a feed, as far as they have one."""
    found = dict[str, Entry]()
    for some in in_batches(sorted(article_ids)):
        wanted = select(feed_entries).where(feed_entries.c.feed_id == feed_id, feed_entries.c.article_id.in_(some))
        found |= {row.article_id: _entry(row) for row in connection.execute(wanted)}
    return found


def put(connection: Connection, feed_id: str, entries: Iterable[Entry]) -> None:
    """Write down the places of some articles in a feed."""
    rows = [{"feed_id": feed_id, "asked": 0, "looked": 0, **asdict(one)} for one in entries]
    upsert_all(connection, feed_entries, rows, key=(*_KEY, "asked", "looked"), on=_KEY)


def newest(connection: Connection, feed_id: str, *, but: Collection[str], limit: int) -> list[Entry]:
    """What moved last, newest first, without some articles."""
    order = (feed_entries.c.moved_at.desc(), feed_entries.c.published_at.desc(), feed_entries.c.article_id)
    return _found(connection, _stands(feed_id).order_by(*order).limit(limit + len(but)), but)[:limit]


def since_month(connection: Connection, feed_id: str, month: str, *, but: Collection[str], limit: int) -> list[Entry]:
    """What was published in a month or after, newest first, without some articles."""
    wanted = _stands(feed_id).where(feed_entries.c.month >= month)
    wanted = wanted.order_by(feed_entries.c.published_at.desc(), feed_entries.c.article_id)
    return _found(connection, wanted.limit(limit + len(but)), but)[:limit]


def of_month(connection: Connection, feed_id: str, month: str, *, but: Collection[str]) -> list[Entry]:
    """What was published in a month, newest first, without some articles."""
    wanted = _stands(feed_id).where(feed_entries.c.month == month)
    wanted = wanted.order_by(feed_entries.c.published_at.desc(), feed_entries.c.article_id)
    return _found(connection, wanted, but)


def months(connection: Connection, feed_id: str, *, but: Collection[str]) -> set[str]:
    """The months in which what stands in a feed was published, without some articles."""
    wanted = select(feed_entries.c.month).where(feed_entries.c.feed_id == feed_id, feed_entries.c.version != "")
    if but:
        wanted = wanted.where(feed_entries.c.article_id.not_in(sorted(but)))
    return set(connection.scalars(wanted.distinct()))


def had_month(connection: Connection, feed_id: str, month: str) -> bool:
    """Whether anything that ever stood in a feed was published in a month."""
    wanted = select(func.count()).select_from(feed_entries)
    return bool(connection.scalar(wanted.where(feed_entries.c.feed_id == feed_id, feed_entries.c.month == month)))


def last_gone(connection: Connection, feed_id: str, month: str, *, but: Collection[str]) -> datetime | None:
    """When something published in a month was last taken back, without some articles."""
    wanted = _of(feed_id).where(feed_entries.c.month == month, feed_entries.c.gone_at.is_not(None))
    found = _found(connection, wanted, but)
    return max((entry.gone_at for entry in found if entry.gone_at), default=None)


def gone(connection: Connection, feed_id: str, *, since: datetime, limit: int) -> list[Entry]:
    """What was taken back since then, last first."""
    wanted = _of(feed_id).where(feed_entries.c.gone_at >= since)
    order = (feed_entries.c.gone_at.desc(), feed_entries.c.article_id)
    return _found(connection, wanted.order_by(*order).limit(limit), ())


def changed_since(connection: Connection, feed_id: str, build: int) -> list[Entry]:
    """What came, changed or was taken back in the builds after this one, newest first."""
    wanted = _of(feed_id).where(feed_entries.c.build > build)
    order = (feed_entries.c.published_at.desc(), feed_entries.c.article_id)
    return _found(connection, wanted.order_by(*order), ())


def uris(connection: Connection, article_ids: Collection[str]) -> dict[str, str]:
    """What some articles are called everywhere."""
    found = dict[str, str]()
    for some in in_batches(sorted(article_ids)):
        rows = connection.execute(select(articles.c.id, articles.c.uri).where(articles.c.id.in_(some)))
        found |= {row.id: row.uri for row in rows}
    return found


def _of(feed_id: str) -> Select[tuple[object, ...]]:
    return select(feed_entries).where(feed_entries.c.feed_id == feed_id)


def _stands(feed_id: str) -> Select[tuple[object, ...]]:
    return _of(feed_id).where(_IN)


def _found(connection: Connection, wanted: Select[tuple[object, ...]], but: Collection[str]) -> list[Entry]:
    return [entry for entry in _entries(connection.execute(wanted)) if entry.article_id not in but]


def _entries(rows: Iterable[Row[tuple[object, ...]]]) -> Iterator[Entry]:
    return map(_entry, rows)


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    found = row._mapping
    return Entry(**{one.name: found[one.name] for one in fields(Entry)})
