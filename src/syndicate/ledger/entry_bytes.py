"""The bytes of feeds' entries: written once for each version and format, whatever number of feeds it stands in."""

import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, select

from syndicate.ledger.database import in_batches
from syndicate.ledger.insert import insert_new
from syndicate.ledger.tables import entry_bytes, feed_entries

Key = tuple[str, str]


@dataclass(frozen=True)
class Rendered:
    """One version of an article's entry, in every format."""

    article_id: str
    version: str
    bodies: Mapping[str, bytes]


class Missing(LookupError):
    """Entries stand in a feed whose bytes are gone: another feed's build may have dropped them in the same moment."""

    def __init__(self, versions: Collection[str]) -> None:
        super().__init__(f"no bytes of {len(versions)} entries")
        self.versions = versions


class Kept:
    """The bytes of entries, kept in mind up to a size by a process that builds feeds; the ledger has them all."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._kept: dict[Key, bytes] = {}
        self._size = 0

    def make_room(self) -> None:
        """Forget all when there is too much; only before a build: what it has just written, the ledger lacks still."""
        if self._size > self._limit:
            self._kept, self._size = {}, 0

    def add(self, rendered: Rendered) -> None:
        """Have these in mind."""
        for name, body in rendered.bodies.items():
            self._put((rendered.version, name), body)

    def lacks(self, version: str, formats: Collection[str]) -> bool:
        """Whether any of these is to be loaded, or written."""
        return any((version, name) not in self._kept for name in formats)

    def rendered(self, article_id: str, version: str, formats: Collection[str]) -> Rendered:
        """What is in mind of one version. Raises KeyError for one that is not."""
        return Rendered(article_id, version, {name: self.get(version, name) for name in formats})

    def load(self, connection: Connection, versions: Collection[str], formats: Collection[str]) -> list[str]:
        """Have these in mind, as far as the ledger has them; tells which it lacks."""
        missing = sorted({version for version in versions if self.lacks(version, formats)})
        for some in in_batches(missing):
            for row in connection.execute(select(entry_bytes).where(entry_bytes.c.version.in_(some))):
                self._put((row.version, row.format), zlib.decompress(row.deflated))
        return [version for version in missing if self.lacks(version, formats)]

    def get(self, version: str, name: str) -> bytes:
        """The bytes of one entry in one format. Raises KeyError for one that is not in mind."""
        return self._kept[version, name]

    def _put(self, key: Key, body: bytes) -> None:
        if key not in self._kept:
            self._kept[key] = body
            self._size += len(body)


def keep(connection: Connection, rendered: Iterable[Rendered]) -> None:
    """Keep these; what is there already is left alone."""
    rows = [
        {"version": one.version, "format": name, "article_id": one.article_id, "deflated": zlib.compress(body)}
        for one in rendered
        for name, body in one.bodies.items()
    ]
    insert_new(connection, entry_bytes, sorted(rows, key=lambda row: (row["version"], row["format"])))


def drop_unused(connection: Connection, versions: Collection[str]) -> None:
    """Drop those of these versions that stand in no feed any more."""
    for some in in_batches(sorted(versions)):
        used = exists().where(feed_entries.c.version == entry_bytes.c.version)
        connection.execute(delete(entry_bytes).where(entry_bytes.c.version.in_(some), ~used))
