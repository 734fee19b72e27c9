"""Bytes, kept once and compressed, under their digest."""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

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


def packed(connection: Connection, digest: str) -> bytes:
    """The content as gzip. Raises LookupError when there is none."""
    found: bytes | None = connection.scalar(select(contents.c.gzip).where(contents.c.digest == digest))
    if found is None:
        raise LookupError(f"the ledger has no content {digest}")
    return found


def load(connection: Connection, digest: str) -> bytes:
    """The content itself. Raises LookupError when there is none."""
    return gzip.decompress(packed(connection, digest))


def load_many(connection: Connection, digests: Iterable[str]) -> dict[str, bytes]:
    """Several contents in one query, by digest."""
    wanted = select(contents.c.digest, contents.c.gzip).where(contents.c.digest.in_(list(digests)))
    return {row.digest: gzip.decompress(row.gzip) for row in connection.execute(wanted)}
