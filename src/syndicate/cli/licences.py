"""Who may ask, by shell? `licence` tells the terms on which our work may be used: everybody's, and a partner's."""

from typing import Annotated, Any

import typer

from syndicate.assemble import System
from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import fail, legible, local, output, print_json, table
from syndicate.cli.why import no_such_partner, partner_id
from syndicate.ledger import licences
from syndicate.ledger.licences import Kept
from syndicate.model.licence import Licence

NO_LICENCE = "no licence was configured: write one in licence.toml, beside syndicate.toml; without it, {page} is quoted"


def show(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the licence in force, its version and address, what machines may do, and every version there was."""
    with opened(context) as system:
        newsroom = system.newsroom
        if newsroom.licence is None:
            fail(NO_LICENCE.format(page=newsroom.publisher.licence_url))
        with system.ledger.read() as connection:
            kept = licences.every(connection)
        if as_json:
            return print_json(_as_json(newsroom.licence, kept, system))
        _print(newsroom.licence, kept, system)
    return None


def policy(
    context: typer.Context,
    partner: Annotated[str, typer.Argument(help="The partner, by id or name.")],
    version: Annotated[str, typer.Option(help="A former version of its agreement; without, the one it has.")] = "",
) -> None:
    """Print what a partner's agreement allows, in ODRL (JSON-LD), as the partner itself can fetch it."""
    with opened(context) as system:
        directory = system.newsroom.directory
        found = directory.partner(partner_id(directory, partner))
        if found is None:
            fail(no_such_partner(directory, partner))
        agreement = found.agreement_at(system.clock(), system.newsroom.publisher.timezone)
        wanted = version or (agreement.version if agreement else "")
        if not wanted:
            fail(f"there is no written agreement with {found.name}, so nothing is allowed")
        document = system.policy_of(found.id, wanted)
    if document is None:
        fail(f"{found.name} never had an agreement of version {wanted}; syndicate why tells under which things left")
    typer.echo(document.body.decode().rstrip())


def _as_json(licence: Licence, kept: list[Kept], system: System) -> dict[str, Any]:
    return {
        "id": licence.id,
        "version": licence.version,
        "sha256": licence.digest,
        "url": system.newsroom.addresses.page,
        "permits": licence.permits,
        "prohibits": licence.prohibits,
        "text": {language: text.model_dump(mode="json") for language, text in licence.text.items()},
        "versions": [{"version": one.licence.version, "since": one.since.isoformat()} for one in kept],
    }


def _print(licence: Licence, kept: list[Kept], system: System) -> None:
    text, console = licence.text[system.newsroom.publisher.language], output()
    console.print(f"{text.title} ({licence.id}, version {licence.version})", soft_wrap=True)
    console.print(system.newsroom.addresses.page, soft_wrap=True)
    console.print(f"machines may: {', '.join(licence.permits) or 'nothing'}", soft_wrap=True)
    console.print(f"machines may not: {', '.join(licence.prohibits) or 'nothing is said'}", soft_wrap=True)
    for number, paragraph in enumerate(text.paragraphs, 1):
        console.print(f"{number}. {legible(paragraph)}")
    timezone = system.newsroom.publisher.timezone
    rows = [(one.licence.version, local(one.since, timezone), one.licence.digest) for one in kept]
    if rows:
        console.print(table("version", "since", "sha-256", rows=rows, whole=("version",)))
