"""Who may ask, by shell? `fetches` tells what partners' tokens got of their feeds, and who has heard of a removal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from syndicate.assemble import System
from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import fail, local, output, print_json, say, table
from syndicate.cli.why import no_such_partner, partner_id
from syndicate.ledger import articles, fetches, tokens


@dataclass(frozen=True)
class Hearing:
    """How one token stands with a removal from a feed; never fetched since: `at` is none."""

    feed: str
    gone_at: datetime
    token: str
    holder: str
    at: datetime | None


def show(
    context: typer.Context,
    partner: Annotated[str, typer.Argument(help="Of this partner alone, by its id or name.")] = "",
    gone: Annotated[
        str, typer.Option(metavar="ARTICLE", help="Who has fetched a version without this article, since it went.")
    ] = "",
    last: Annotated[int, typer.Option(min=1, max=10_000, help="How many rows, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what each token got of which feed and when, or who has heard that an article is gone.

    A 304 counts: who got one has that very version. One row stands for all 304s on a version that hasn't changed.
    """
    with opened(context) as system:
        chosen = _partner(system, partner)
        with system.ledger.read() as connection:
            if gone:
                found = _hearings(connection, system, gone, chosen)
                return _show_hearings(found, gone, timezone=system.newsroom.publisher.timezone, as_json=as_json)
            rows: list[Any] = list(fetches.latest(connection, partner_id=chosen, limit=last))
        return _show_rows(rows, timezone=system.newsroom.publisher.timezone, as_json=as_json)


def _partner(system: System, named: str) -> str | None:
    if not named:
        return None
    directory = system.newsroom.directory
    found = partner_id(directory, named)
    if directory.partner(found) is None:
        fail(no_such_partner(directory, named))
    return found


def _hearings(connection: Connection, system: System, article_id: str, partner: str | None) -> list[Hearing]:
    if articles.head(connection, article_id) is None:
        fail(f"we were never told of an article {article_id!r}")
    found = []
    for heard in fetches.heard(connection, article_id):
        owner = system.newsroom.directory.owner(heard.feed_id)
        if owner is None or partner not in (None, owner):
            continue
        for row in _tokens_of(connection, owner, since=heard.gone_at):
            found.append(Hearing(heard.feed_id, heard.gone_at, row.id, row.name, heard.first.get(row.id)))
    return found


def _tokens_of(connection: Connection, partner: str, *, since: datetime) -> list[Any]:
    """The tokens that opened this partner's feeds at that moment, or later."""
    rows: list[Any] = list(tokens.every(connection))
    ends = {row.id: min(filter(None, (row.revoked_at, row.ends_at)), default=since) for row in rows}
    return [row for row in rows if row.partner_id == partner and "feeds:read" in row.scopes and ends[row.id] >= since]


def _show_rows(rows: list[Any], *, timezone: str, as_json: bool) -> None:
    if as_json:
        for row in rows:
            moments = {"at": row.at.isoformat(), "last_at": row.last_at.isoformat()}
            print_json({name: value for name, value in row._mapping.items() if name != "seq"} | moments)
        return
    lines = [
        (
            local(row.last_at, timezone),
            row.partner_id,
            row.token_id,
            f"{row.feed_id}{row.month and f'/{row.month}'}.{row.format}",
            f"{row.status} × {row.times}" if row.times > 1 else row.status,
            row.bytes,
            row.build,
            row.digest[:12],
        )
        for row in rows
    ]
    headings = ("when", "partner", "token", "feed", "answer", "bytes", "build", "version")
    output().print(table(*headings, rows=lines, right=["bytes", "build"], whole=["token"]))


def _show_hearings(found: list[Hearing], article_id: str, *, timezone: str, as_json: bool) -> None:
    if as_json:
        for one in found:
            moments = {"gone_at": one.gone_at.isoformat(), "at": one.at and one.at.isoformat()}
            print_json({"article": article_id, **vars(one), **moments})
        return None
    if not found:
        return say(f"{article_id} is gone from no feed that a partner has a token for")
    lines = [
        (one.feed, one.holder, one.token, local(one.gone_at, timezone), one.at and local(one.at, timezone))
        for one in found
    ]
    output().print(table("feed", "holder", "token", "gone since", "fetched without it", rows=lines, whole=["token"]))
    behind = sum(one.at is None for one in found)
    return say(f"{behind} of {len(found)} have fetched no version without it yet") if behind else None
