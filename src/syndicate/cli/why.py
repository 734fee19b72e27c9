"""Who may ask, by shell? `why` tells how every partner stands with an article, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.console import RenderableType

from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import fail, legible, local, output, print_json, table
from syndicate.model.clearance import PictureVerdict, Verdict
from syndicate.model.feed import Directory
from syndicate.monitor.why import Explanation, Why, with_rules
from syndicate.monitor.why import why as explain


def why(
    context: typer.Context,
    article: Annotated[str, typer.Argument(help="The article's id, as the CMS gave it.")],
    partner: Annotated[str, typer.Argument(help="Only this one, by id or name; without, all.")] = "",
    *,
    deliveries: Annotated[
        bool, typer.Option("--deliveries", help="List each delivery, with its tries and the partner's address.")
    ] = False,
    rules: Annotated[bool, typer.Option("--rules", help="What each rule says, by today's agreements.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell who has an article, who waits for it, who may not have it, and why."""
    with opened(context) as system:
        directory, timezone = system.newsroom.directory, system.newsroom.publisher.timezone
        asked = partner_id(directory, partner) if partner else None
        found = explain(system.ledger, article, directory=directory, now=system.clock(), partner_id=asked)
        said = system.explain(article) if rules and found else {}
    if found is None:
        fail(
            f"we were never told of an article {article!r}; take its id from the CMS, or publish it: syndicate publish"
        )
    if not found.explanations:
        fail(no_such_partner(directory, partner))
    if as_json:
        return print_json(with_rules(found, said))
    console = output()
    console.print(_heading(found), soft_wrap=True)
    console.print(_standings(found, timezone))
    if dropped := _pictures(found):
        console.print(dropped)
    for one in found.explanations:
        if verdicts := said.get(one.audience):
            console.print(_rules(one.name, verdicts, timezone))
    if deliveries:
        console.print(_deliveries(found, timezone))
        for address in _addresses(found):
            console.print(address, soft_wrap=True)  # on a line of its own, to be copied whole
    return None


def _rules(name: str, verdicts: Sequence[Verdict], timezone: str) -> RenderableType:
    rows = [(one.rule, _until_then(one, timezone), one.reason) for one in verdicts]
    return table(name, "says", "reason", rows=rows, whole=[name, "says"])


def _until_then(one: Verdict, timezone: str) -> str:
    return f"{one.decision} until\n{local(one.until, timezone)}" if one.until else one.decision


def partner_id(directory: Directory, named: str) -> str:
    """The id of the partner that is named by its id or its name; what nobody has is taken for an id as it is."""
    return next((partner.id for partner in directory.partners if named in (partner.id, partner.name)), named)


def no_such_partner(directory: Directory, named: str) -> str:
    """The line that says so, with those there are."""
    known = ", ".join(partner.id for partner in directory.partners) or "none yet"
    return f"there is no partner {named!r}; in the configuration there is: {known}"


def _heading(found: Why) -> str:
    gone = f" · {found.kind}" + f": {found.reason}" * bool(found.reason) if found.withdrawn else ""
    return legible(f"{found.article} · {found.headline or 'no headline'} · revision {found.revision}{gone}")


def _standings(found: Why, timezone: str) -> RenderableType:
    rows = [(one.name, _standing(one, timezone), one.reason) for one in found.explanations]
    return table("partner", "standing", "reason", rows=rows, whole=["standing"])


def _standing(explanation: Explanation, timezone: str) -> str:
    until = explanation.until if explanation.standing == "held" else None
    if explanation.standing == "waiting":
        due = [one.due_at for one in explanation.deliveries if one.state == "waiting" and one.due_at]
        until = min(due, default=None)
    return f"{explanation.standing} until\n{local(until, timezone)}" if until else explanation.standing


def _pictures(found: Why) -> RenderableType | None:
    """How many pictures each partner doesn't get, by reason."""
    return dropped_pictures({one.name: one.pictures for one in found.explanations})


def dropped_pictures(each: Mapping[str, Sequence[PictureVerdict]]) -> RenderableType | None:
    """How many pictures each partner, by its name, doesn't get, by reason, and what becomes of them."""
    rows = [
        (name, many, "replaced" if replaced else "removed", reason)
        for name, decided in each.items()
        for (reason, replaced), many in Counter((one.reason, one.replaced) for one in decided if not one.passed).items()
    ]
    headings = ("partner", "pictures dropped", "and", "reason")
    return table(*headings, rows=rows, right=["pictures dropped"], whole=["and"]) if rows else None


def _addresses(found: Why) -> list[str]:
    """Where the partners' copies are, as far as they told us."""
    sendings = [sending for one in found.explanations for sending in one.deliveries if sending.remote_url]
    return [legible(f"{sending.id}: {sending.remote_url}") for sending in sendings]


def _deliveries(found: Why, timezone: str) -> RenderableType:
    rows = [
        (
            sending.id,
            f"{sending.action} revision {sending.revision} to {sending.destination}",
            sending.state,
            sending.tries,
            sending.reason + _until(sending.kept_until, timezone),
        )
        for one in found.explanations
        for sending in one.deliveries
    ]
    if not rows:
        return "no delivery yet"
    return table("delivery", "what", "state", "tries", "reason", rows=rows, right=["tries"], whole=["delivery"])


def _until(kept_until: datetime | None, timezone: str) -> str:
    return f"; its bytes were kept until {local(kept_until, timezone)}" if kept_until else ""
