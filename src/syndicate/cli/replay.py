"""Who may ask, by shell? `replay` tries again what had failed, once somebody has put right why."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import local, output, print_json
from syndicate.cli.why import no_such_partner, partner_id
from syndicate.ledger.backlog import Which


def replay(  # noqa: PLR0917 - each is an option, and has a name on the command line
    context: typer.Context,
    delivery: Annotated[str | None, typer.Option(help="This delivery; see: syndicate why ARTICLE --deliveries")] = None,
    article: Annotated[str | None, typer.Option(help="Of this article, by its id.")] = None,
    partner: Annotated[str | None, typer.Option(help="To this partner, by id or name.")] = None,
    since: Annotated[
        datetime | None, typer.Option(help="Since then, by the publisher's clocks.", show_default=False)
    ] = None,
    delivered: Annotated[bool, typer.Option("--delivered", help="Also what was delivered; name what.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="All that has failed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Try again what had failed: the same deliveries, under the same keys, with their patience begun anew.

    With --article, --partner or --since also what was never attempted: to a partner that joined later, or where a
    story could not be written. What a newer version has overtaken, and what an agreement doesn't cover any more, is
    left as it is. With --delivered partners get again what they have, in case one has lost it: the same key twice.
    """
    if not (delivery or article or partner or since or everything):
        raise typer.BadParameter("say what: --delivery, --article, --partner, --since, or --all")
    if delivered and not (delivery or article or partner):
        raise typer.BadParameter("--delivered wants a --delivery, an --article or a --partner")
    with opened(context) as system:
        timezone = system.newsroom.publisher.timezone
        known = system.newsroom.directory
        asked = partner_id(known, partner) if partner else None
        if asked and known.partner(asked) is None:
            raise typer.BadParameter(no_such_partner(known, partner or ""))
        moment = since.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC) if since else None
        which = Which(delivery=delivery, article=article, partner=asked, since=moment, delivered=delivered)
        done = system.replay(which)
    if as_json:
        print_json(done.model_dump(mode="json", exclude={"steps"}))
        return
    told = [f"{len(done.again)} deliveries will be sent again now"]
    told += [f"{len(done.planned)} articles are planned again for who lacks them"] if done.planned else []
    told += [f"{done.left} are overtaken, ended or unwritable, and stay as they are"] if done.left else []
    if done.kept_until:
        until = local(done.kept_until, timezone)
        told += [f"{done.gone} can't be sent again: their bytes are gone, the last were kept until {until}"]
    output().print("; ".join(told), soft_wrap=True)
