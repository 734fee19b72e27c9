"""Bearer tokens: kept as hashes, shown once, given scopes, taken back by the minute."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from syndicate.ledger.tables import tokens


def add(
    connection: Connection,
    *,
    token_id: str,
    name: str,
    secret_sha256: str,
    scopes: Sequence[str],
    partner_id: str | None,
    now: datetime,
) -> None:
    """Remember a token by its hash."""
    connection.execute(
        insert(tokens).values(
            id=token_id,
            name=name,
            secret_sha256=secret_sha256,
            scopes=list(scopes),
            partner_id=partner_id,
            created_at=now,
        )
    )


def find(connection: Connection, token_id: str) -> Row[tuple[object, ...]] | None:
    """The token with this id: `id name secret_sha256 scopes partner_id revoked_at ends_at successor`."""
    return connection.execute(select(tokens).where(tokens.c.id == token_id)).one_or_none()


def every(connection: Connection) -> Sequence[Row[tuple[object, ...]]]:
    """All tokens, oldest first."""
    return connection.execute(select(tokens).order_by(tokens.c.created_at, tokens.c.id)).all()


def succeed(connection: Connection, token_id: str, *, successor: str, ends_at: datetime) -> bool:
    """Let a token end when another has taken its place; False when it is gone, or that was said of it before."""
    good = (tokens.c.id == token_id, tokens.c.revoked_at.is_(None), tokens.c.ends_at.is_(None))
    done = connection.execute(update(tokens).where(*good).values(ends_at=ends_at, successor=successor))
    return done.rowcount == 1


def revoke(connection: Connection, token_id: str, *, now: datetime) -> bool:
    """Take a token back; False when there is none, or it is taken back already."""
    taken = connection.execute(
        update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None)).values(revoked_at=now)
    )
    return taken.rowcount == 1
