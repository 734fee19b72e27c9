"""Who may ask, by shell? `token` issues, lists and takes back the tokens that open the web."""

from typing import Annotated, Any

import typer

from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import fail, local, output, print_json, say, table
from syndicate.cli.why import no_such_partner
from syndicate.ledger import tokens
from syndicate.web.tokens import SCOPES, issue


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
            row.revoked_at and local(row.revoked_at, timezone),
        )
        for row in found
    ]
    output().print(table("id", "name", "opens", "partner", "issued", "revoked", rows=rows, whole=["id"]))


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
    }
