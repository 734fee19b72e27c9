"""Who may ask, by shell? `replay` tries again what had failed, once somebody has put right why."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import output, print_json
from syndicate.cli.why import no_such_partner, partner_id


def replay(  # noqa: PLR0917 - each is an option, and has a name on the command line
    context: typer.Context,
    delivery: Annotated[str | None, typer.Option(help="This delivery; see: syndicate why ARTICLE --deliveries")] = None,
    article: Annotated[str | None, typer.Option(help="Of this article, by its id.")] = None,
    partner: Annotated[str | None, typer.Option(help="To this partner, by id or name.")] = None,
    since: Annotated[
        datetime | None, typer.Option(help="Failed since then, by the publisher's clocks.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that has failed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Try again what had failed: the same deliveries, under the same keys, with their patience begun anew.

    What a newer version has overtaken, and what an agreement doesn't cover any more, is left as it is.
    """
    if not (delivery or article or partner or since or everything):
        raise typer.BadParameter("say what: --delivery, --article, --partner, --since, or --all")
    with opened(context) as system:
        known = system.newsroom.directory
        asked = partner_id(known, partner) if partner else None
        if asked and known.partner(asked) is None:
            raise typer.BadParameter(no_such_partner(known, partner or ""))
        moment = since.replace(tzinfo=ZoneInfo(system.newsroom.publisher.timezone)).astimezone(UTC) if since else None
        done = system.replay(delivery=delivery, article=article, partner=asked, since=moment)
    if as_json:
        print_json({"again": list(done.again), "left": done.left})
        return
    left = f"; {done.left} failed ones are overtaken, ended or unwritable, and stay as they are" if done.left else ""
    output().print(f"{len(done.again)} deliveries will be tried again now{left}", soft_wrap=True)
