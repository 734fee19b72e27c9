"""Who may ask, by shell? `licence show` tells the terms on which our work may be used, as they stand in the ledger."""

from typing import Any

import typer

from syndicate.assemble import System
from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import fail, legible, local, output, print_json, table
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
