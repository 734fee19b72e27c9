"""Who may ask, by shell? `notice preview` shows the words that would stand on an article, before anybody reads them."""

from typing import Annotated, Literal

import typer

from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import fail, legible, output, print_json, say
from syndicate.cli.why import no_such_partner, partner_id


def preview(
    context: typer.Context,
    article: Annotated[str, typer.Argument(help="The article's id, as the CMS gave it.")],
    partner: Annotated[str, typer.Argument(help="The partner, by id or name.")],
    form: Annotated[Literal["text", "html"], typer.Option(help="As a reader sees it, or as it is sent.")] = "text",
    as_json: AsJson = False,
) -> None:
    """Show how an article would read at a partner: head line, credits, licence, link, in their places."""
    with opened(context) as system:
        directory = system.newsroom.directory
        found = directory.partner(partner_id(directory, partner))
        if found is None:
            fail(no_such_partner(directory, partner))
        shown = system.preview(article, found)
    if shown is None:
        fail(f"there is no article {article!r}, or it is withdrawn; take its id from the CMS")
    if as_json:
        return print_json(shown.model_dump(mode="json"))
    if shown.clearance.decision != "cleared":
        say(f"{shown.clearance.decision} as things stand: {shown.clearance.reason}")
    words = shown.text if form == "text" else shown.html
    return output().print(legible(words), soft_wrap=True, markup=False, highlight=False)
