"""Who may ask, by shell? `token` issues, rotates, lists and takes back the tokens that open the web."""

import re
from datetime import timedelta
from typing import Annotated, Any

import typer

from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import fail, local, output, print_json, say, table
from syndicate.cli.why import no_such_partner
from syndicate.ledger import tokens
from syndicate.web.tokens import SCOPES, id_of, issue
from syndicate.web.tokens import rotate as token_rotated

_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def _duration(text: str | timedelta) -> timedelta:
    """A time as `7d`, `12h`, `30m` or `0` has it."""
    if isinstance(text, timedelta):
        return text
    form = re.fullmatch(r"(\d{1,4})([dhm])|0", text.strip(), re.ASCII)
    if form is None:
        raise typer.BadParameter("write it as 7d (days), 12h (hours), 30m (minutes), or 0 for at once")
    return timedelta(**{_UNITS[form[2]]: int(form[1])}) if form[1] else timedelta(0)


def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Who will hold it: a line for people.")],
    scope: Annotated[list[str], typer.Option(help=f"What it opens, one of {', '.join(SCOPES)}; may be repeated.")],
    partner: Annotated[str, typer.Option(help="Whose feed it reads: a partner's id.")] = "",
    as_json: AsJson = False,
) -> None:
    """Issue a token, and print it alone on standard output: it can't be shown again."""
    with opened(context) as system:
        directory = system.newsroom.directory
        if partner and directory.partner(partner) is None:
            fail(no_such_partner(directory, partner))
        token = issue(system.ledger, name=name, scopes=scope, partner_id=partner or None, now=system.clock())
    if as_json:
        return print_json({"token": token, "name": name, "scopes": scope, "partner_id": partner or None})
    say("this is the only time the token is shown: put it where its holder alone can read it")
    return typer.echo(token)


def rotate(
    context: typer.Context,
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As `syndicate token list` shows it.")],
    overlap: Annotated[
        timedelta,
        typer.Option(parser=_duration, metavar="TIME", help="How long the old one opens the same: 7d, 12h, 0."),
    ] = timedelta(days=7),
    as_json: AsJson = False,
) -> None:
    """Issue a new token in the place of one, which ends when the overlap is over. Prints the new one alone."""
    with opened(context) as system:
        now = system.clock()
        token = token_rotated(system.ledger, token_id, overlap=overlap, now=now)
        timezone = system.newsroom.publisher.timezone
    ends = now + overlap
    if as_json:
        return print_json({"token": token, "id": id_of(token), "replaces": token_id, "old_ends_at": ends.isoformat()})
    say(f"the old token, {token_id}, ends at {local(ends, timezone)}; syndicate token revoke ends it at once")
    say("this is the only time the new token is shown: hand it over by a way that nobody else can read")
    return typer.echo(token)


def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List the tokens that were ever issued, without their secrets."""
    with opened(context) as system:
        timezone = system.newsroom.publisher.timezone
        with system.ledger.read() as connection:
            found: list[Any] = list(tokens.every(connection))
    if as_json:
        for row in found:
            print_json(_as_json(row))
        return
    rows = [
        (
            row.id,
            row.name,
            "\n".join(row.scopes),
            row.partner_id,
            local(row.created_at, timezone),
            _end(row, timezone),
        )
        for row in found
    ]
    output().print(table("id", "name", "opens", "partner", "issued", "until", rows=rows, whole=["id"]))


def _end(row: Any, timezone: str) -> str | None:  # noqa: ANN401 - a row of the ledger
    """Until when it opened, or opens, what it is good for, and why no longer; None where no end is set."""
    if row.revoked_at is not None:
        return f"{local(row.revoked_at, timezone)}\nrevoked"
    return f"{local(row.ends_at, timezone)}\nthen {row.successor}" if row.ends_at else None


def revoke(
    context: typer.Context,
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As `syndicate token list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Take a token back: from now on it opens nothing."""
    with opened(context) as system:
        with system.ledger.write() as connection:
            taken = tokens.revoke(connection, token_id, now=system.clock())
        with system.ledger.read() as connection:
            row: Any = tokens.find(connection, token_id)
    if row is None:
        fail(f"there is no token {token_id!r}; its id is the first column of: syndicate token list")
    if as_json:
        return print_json(_as_json(row))
    return say(f"token {token_id} ({row.name}) " + ("opens nothing any more" if taken else "was taken back before"))


def _as_json(row: Any) -> dict[str, object]:  # noqa: ANN401 - a row of the ledger
    return {
        "id": row.id,
        "name": row.name,
        "scopes": row.scopes,
        "partner_id": row.partner_id,
        "created_at": row.created_at.isoformat(),
        "revoked_at": row.revoked_at and row.revoked_at.isoformat(),
        "ends_at": row.ends_at and row.ends_at.isoformat(),
        "successor": row.successor,
    }
