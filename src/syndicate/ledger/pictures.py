"""Pictures: which live articles carry which, and what persons have recorded about the rights in them.

Entries about rights are only ever added; what was said last of a field counts.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, Row, delete, insert, select

from syndicate.ledger.database import in_batches
from syndicate.ledger.insert import insert_new
from syndicate.ledger.tables import article_pictures, picture_rights
from syndicate.model.picture_rights import PictureRights, Said, on_record
from syndicate.model.record import digest_of


def carry(connection: Connection, article_id: str, urls: Iterable[str]) -> None:
    """Note which pictures a live article carries, beside those that it carried: a copy may show these still."""
    insert_new(
        connection, article_pictures, [{"picture": _key(url), "article_id": article_id, "url": url} for url in urls]
    )


def drop(connection: Connection, article_id: str) -> None:
    """Note that an article is withdrawn, and carries none any more."""
    connection.execute(delete(article_pictures).where(article_pictures.c.article_id == article_id))


def carriers(connection: Connection, urls: Collection[str]) -> list[str]:
    """The live articles that carry any of these, or did, each once, by id."""
    found: set[str] = set()
    for keys in in_batches([_key(url) for url in urls]):
        wanted = select(article_pictures.c.article_id).where(article_pictures.c.picture.in_(keys))
        found.update(connection.scalars(wanted))
    return sorted(found)


def carrying(connection: Connection) -> list[str]:
    """The live articles that carry any picture, by id."""
    return list(connection.scalars(select(article_pictures.c.article_id).distinct().order_by("article_id")))


def record(connection: Connection, entries: Sequence[PictureRights]) -> None:
    """Write these down, in their order."""
    rows = [
        {
            "picture": _key(entry.url),
            "url": entry.url,
            "recorded_at": entry.at,
            "by": entry.by,
            "reason": entry.reason,
            "document": entry.document,
        }
        for entry in entries
    ]
    if rows:
        connection.execute(insert(picture_rights), rows)


def entries(connection: Connection, urls: Collection[str]) -> dict[str, list[PictureRights]]:
    """What was recorded about each of these that has an entry, oldest first."""
    found: dict[str, list[PictureRights]] = {}
    for keys in in_batches([_key(url) for url in urls]):
        wanted = select(picture_rights).where(picture_rights.c.picture.in_(keys))
        for row in connection.execute(wanted.order_by(picture_rights.c.seq)):
            found.setdefault(row.url, []).append(_entry(row))
    return found


def said(connection: Connection, urls: Collection[str]) -> dict[str, Said]:
    """What counts of that, for each of these that has an entry."""
    return {url: on_record(history) for url, history in entries(connection, urls).items()}


def _entry(row: Row[tuple[object, ...]]) -> PictureRights:
    found = row._mapping
    told = {"url": found["url"], "by": found["by"], "reason": found["reason"], "at": found["recorded_at"]}
    return PictureRights.model_validate(found["document"] | told)


def _key(url: str) -> str:
    return digest_of(url.encode())
