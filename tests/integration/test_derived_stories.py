"""Whatever happens to stories that derive from each other, and in whichever order: nobody keeps what must be gone."""

import json
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from syndicate.ledger import tables
from syndicate.model.problem import Invalid
from syndicate.pipeline.receive import Conflict
from tests.builders import NOON, an_event, hours, minutes
from tests.fakes.rehearsal import Rehearsal

NAMES = ("a", "b", "c")
NUMBERS = count(1)
LATER = (NOON + hours(6)).isoformat()

Stand = dict[str, tuple[str, str | None]]  # what happened to each story last, and what it derives from

kinds = st.sampled_from(["published", "updated", "scheduled", "withdrawn", "withdrawn", "descheduled"])
events = st.tuples(kinds, st.sampled_from(NAMES), st.none() | st.sampled_from(NAMES))
happenings = st.lists(events | st.sampled_from(["work", "work a little", "lose the queue", "sweep"]), max_size=16)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings)
def test_a_derived_story_is_held_when_everything_has_settled_unless_a_story_above_it_is_withdrawn(
    system: Rehearsal, happenings: list[str | tuple[str, str, str | None]]
):
    # given: stories of their own for every example, which may derive from each other in any way, also in a circle
    prefix = f"n{next(NUMBERS)}-"
    system.feeds()
    system.partner()
    stand: Stand = {}

    # when
    for version, happening in enumerate(happenings, start=1):
        if isinstance(happening, str):
            do(system, happening)
        else:
            tell(system, happening, prefix, version, stand)
    settle(system)

    # then
    assert held(system, prefix) == {name for name in stand if may_be_held(name, stand)}


def tell(system: Rehearsal, happening: tuple[str, str, str | None], prefix: str, version: int, stand: Stand) -> None:
    """Say one thing, and note how the story stands by that if it changed anything."""
    kind, name, master = happening
    said = {"scheduled": "published"}.get(kind, kind)
    master = master if said in ("published", "updated") and master != name else None
    words = {"derived_from": prefix + master if master else None, "publish_at": LATER if kind == "scheduled" else None}
    try:
        received = system.tell(
            an_event(said, prefix + name, version=version, **words if said in ("published", "updated") else {})
        )
    except (Conflict, Invalid):  # off a schedule on which it isn't, or on one when it is out
        return
    if received.outcome == "accepted":
        before = kind == "descheduled" and was_withdrawn(system, prefix + name)
        stand[name] = ("withdrawn" if before else kind, master)


def was_withdrawn(system: Rehearsal, article: str) -> bool:
    """Whether the newsroom ever said so."""
    wanted = select(tables.events).where(tables.events.c.article_id == article, tables.events.c.outcome == "accepted")
    with system.ledger.read() as connection:
        return any(row.type == "article.withdrawn" for row in connection.execute(wanted))


def do(system: Rehearsal, happening: str) -> None:
    match happening:
        case "work":
            system.run_all()
        case "work a little" if system.queue.steps:
            system.run_next()
        case "lose the queue":
            system.queue.steps.clear()
        case "sweep":
            system.sweep()


def settle(system: Rehearsal) -> None:
    system.run_all()
    system.let_time_pass(minutes(1))  # so that what nobody was woken up for is overdue
    for _ in range(3):
        system.sweep_and_run()


def held(system: Rehearsal, prefix: str) -> set[str]:
    """What the partner's readers see: whatever came last about each story."""
    told = [json.loads(seen.body) for seen in system.peers["yunfeng"].requests]
    last = {document["altIds"][0]["value"]: document["pubStatus"] for document in told}
    return {
        name.removeprefix(prefix) for name, status in last.items() if name.startswith(prefix) and status == "usable"
    }


def may_be_held(name: str, stand: Stand) -> bool:
    """By the rule itself: it is published, and nothing above it is withdrawn."""
    kind, above = stand[name]
    if kind not in ("published", "updated"):
        return False
    seen = {name}
    while above in stand and above not in seen:
        seen.add(above)
        kind, above = stand[above]
        if kind == "withdrawn":
            return False
    return True
