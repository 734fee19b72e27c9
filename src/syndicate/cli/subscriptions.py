"""Who may ask, by shell? `subscriptions` lists who wants to be told of which feed by our hub, and ends one."""

from typing import Annotated

import typer

from syndicate.assemble import System
from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import fail, local, output, print_json, say, table
from syndicate.ledger import subscriptions as rows
from syndicate.model.subscription import Subscription
from syndicate.pipeline.subscribe import end


def subscriptions(
    context: typer.Context,
    active: Annotated[bool, typer.Option("--active", help="Only those that are told of changes now.")] = False,
    ending: Annotated[str, typer.Option("--end", metavar="ID", help="End this one, and tell its callback why.")] = "",
    reason: Annotated[str, typer.Option(help="Why it is ended, for the subscriber and for whoever asks later.")] = "",
    as_json: AsJson = False,
) -> None:
    """List who has subscribed to our feeds (WebSub): the feed, the callback's host, the state, until when it holds.

    What a subscriber was sent is seen by `syndicate deliveries`, with the destination that --json names.
    """
    if ending and not reason.strip():
        fail("say why: syndicate subscriptions --end ID --reason WHY")
    with opened(context) as system:
        if ending:
            system.handover(end(system.ledger, ending, because=reason.strip()))
        found = _found(system, only=ending, active=active)
        timezone = system.newsroom.publisher.timezone
    if as_json:
        return print_json([_as_json(one) for one in found])
    if ending:
        return say(f"ended: {ending}; its callback is going to be told")
    if not found:
        return output().print("nobody has subscribed" if system.newsroom.hub_url else "there is no hub: [websub] hub")
    headings = ("id", "topic", "host", "state", "lease until", "what was said last")
    output().print(table(*headings, rows=[_row(one, timezone) for one in found], whole=["id"]))
    return None


def _found(system: System, *, only: str, active: bool) -> list[Subscription]:
    with system.ledger.read() as connection:
        every = rows.every(connection)
    return [one for one in every if only in ("", one.id) and (one.state == "active" or not active)]


def _row(one: Subscription, timezone: str) -> tuple[object, ...]:
    asked = f"\n{one.intent}: not settled yet" if one.intent else ""
    until = one.lease_until and one.state == "active" and local(one.lease_until, timezone)
    said = f"ended: {one.ended_because}" if one.state == "ended" else one.said
    return one.id, one.topic_id, one.host, f"{one.state}{asked}", until or None, said


def _as_json(one: Subscription) -> dict[str, object]:
    """Without the callback, whose address may be as good as a secret."""
    return {
        "id": one.id,
        "topic": one.topic_id,
        "audience": one.audience,
        "destination": one.destination_id,
        "host": one.host,
        "state": one.state,
        "lease_until": one.lease_until and one.lease_until.isoformat(),
        "intent": one.intent,
        "said": one.said,
        "created_at": one.created_at.isoformat(),
        "ended_at": one.ended_at and one.ended_at.isoformat(),
        "ended_because": one.ended_because,
    }
