"""Bytes, kept once and compressed, under their digest."""

import gzip
import zlib
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from syndicate.ledger.insert import insert_new
from syndicate.ledger.tables import contents
from syndicate.model.record import digest_of


@dataclass(frozen=True)
class Packed:
    """Some bytes, compressed outside the transaction that keeps them."""

    digest: str
    size: int
    gzip: bytes


def pack(content: bytes) -> Packed:
    """Compress some bytes: the same bytes always compress to the same bytes."""
    return Packed(digest_of(content), len(content), gzip.compress(content, compresslevel=6, mtime=0))


def keep(connection: Connection, content: Packed | bytes) -> str:
    """Keep some bytes and answer their digest; what is there already is left alone."""
    ready = content if isinstance(content, Packed) else pack(content)
    insert_new(connection, contents, vars(ready))
    return ready.digest


def keep_all(connection: Connection, some: Iterable[Packed]) -> None:
    """Keep several; what is there already is left alone."""
    distinct = {one.digest: vars(one) for one in some}
    insert_new(connection, contents, list(distinct.values()))


def drop(connection: Connection, digests: Collection[str]) -> int:
    """Drop some contents that nothing refers to any more; answers how many bytes they took."""
    gone = delete(contents).where(contents.c.digest.in_(digests)).returning(func.length(contents.c.gzip))
    return sum(connection.scalars(gone)) if digests else 0


def packed(connection: Connection, digest: str) -> bytes:
    """The content as gzip. Raises LookupError when there is none."""
    found: bytes | None = connection.scalar(select(contents.c.gzip).where(contents.c.digest == digest))
    if found is None:
        raise LookupError(f"the ledger has no content {digest}")
    return found


def load(connection: Connection, digest: str) -> bytes:
    """The content itself. Raises LookupError when there is none."""
    return gzip.decompress(packed(connection, digest))


class Recent:
    """Contents that were needed lately, kept in mind up to a size, because many deliveries carry the same bytes."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._kept: dict[str, bytes] = {}
        self._size = 0

    def load(self, connection: Connection, digests: Collection[str]) -> None:
        """Have these in mind. One that isn't there, or is broken, is left out: that is for who asks for it to tell."""
        if self._size > self._limit:
            self._kept, self._size = {}, 0
        missing = [digest for digest in set(digests) if digest not in self._kept]
        if not missing:
            return
        wanted = select(contents.c.digest, contents.c.gzip).where(contents.c.digest.in_(missing))
        for row in connection.execute(wanted):
            with suppress(OSError, EOFError, zlib.error):
                self._kept[row.digest] = gzip.decompress(row.gzip)
                self._size += len(self._kept[row.digest])

    def get(self, digest: str) -> bytes | None:
        """The content, if it was there to be loaded."""
        return self._kept.get(digest)
