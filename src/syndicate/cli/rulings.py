"""Who may ask, by shell? `clear` and `refuse` write down what a person has decided about an article."""

import getpass
from typing import Annotated

import typer

from syndicate.assemble import System
from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import fail, output, print_json
from syndicate.cli.why import no_such_partner, partner_id
from syndicate.ledger import rulings
from syndicate.model.clearance import PUBLIC, Decided

ArticleId = Annotated[str, typer.Argument(metavar="ARTICLE", help="The article's id, as the CMS gave it.")]
PartnerName = Annotated[
    str, typer.Argument(metavar="[PARTNER]", help="Only for this one, or public; without, for all.")
]
Reason = Annotated[str, typer.Option(help="Why: it stands in every answer, and in the ledger for ever.")]
By = Annotated[str, typer.Option(help="Who decides; without, whoever is logged in.", show_default=False)]


def clear(
    context: typer.Context,
    article: ArticleId,
    partner: PartnerName = "",
    *,
    reason: Reason,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Let an article go that was held for a person. What the other rules refuse stays refused."""
    _rule(context, article, partner, "cleared", by=by, reason=reason, as_json=as_json)


def refuse(
    context: typer.Context,
    article: ArticleId,
    partner: PartnerName = "",
    *,
    reason: Reason,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Keep an article from a partner, or from all; who has it already gets a removal."""
    _rule(context, article, partner, "refused", by=by, reason=reason, as_json=as_json)


def _rule(
    context: typer.Context, article: str, partner: str, decision: Decided, *, by: str, reason: str, as_json: bool
) -> None:
    who = by or getpass.getuser()
    with opened(context) as system:
        audience = _audience(system, partner)
        system.rule(article, audience, decision=decision, by=who, reason=reason)
    told = {"article": article, "audience": audience or "all", "decision": decision, "by": who, "reason": reason}
    if as_json:
        return print_json(told)
    return output().print(f"{article} is {decision} for {told['audience']} by {who}: {reason}", soft_wrap=True)


def _audience(system: System, named: str) -> str:
    if not named or named == PUBLIC:
        return named or rulings.ALL
    directory = system.newsroom.directory
    found = partner_id(directory, named)
    if directory.partner(found) is None:
        fail(no_such_partner(directory, named))
    return found
