"""What is known when all is over: from the partners' book, the ledger, the gremlin's diary, the feeds and the logs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from tests.chaos import ledger
from tests.chaos.book import read
from tests.chaos.expected import Article, articles
from tests.chaos.gremlin import DEEDS
from tests.chaos.judge import Case, Fault
from tests.chaos.receivers import REQUESTS
from tests.chaos.scenario import Scenario
from tests.fakes.live import Live

DEADLINE_S, LEASE_S = 1.5, 7.0  # as the run has them configured
LATE_S = 3.0  # after a process that stood still goes on: until whatever it had in hand has had its deadline
FEED_HAS = 50  # config/feeds/all.toml
ERRORS = ("raised unexpected", "clock.failed", "pulse.failed", "record.failed", "Exception in ASGI application")
AWAY = ("OperationalError", "InterfaceError")
DEADLOCK = "DeadlockDetected"  # which is an OperationalError too


def feed_of_all(live: Live, found: Mapping[str, Article]) -> list[Fault]:
    """Whether the public feed has what stands, as far as it is long, and nothing that was withdrawn."""
    shown = {str(item["id"]).rpartition(":")[2] for item in live.get("/feeds/all.json").json()["items"]}
    stands = {name for name, article in found.items() if not article.revisions[-1].withdrawn}
    faults = [Fault("feeds", "", name, "is in the feed of all, and was withdrawn") for name in sorted(shown - stands)]
    if len(shown) < min(len(stands), FEED_HAS):
        faults.append(Fault("feeds", "", "", f"the feed of all has {len(shown)} of {len(stands)} that stand"))
    return faults


def case_of(live: Live, whole: Scenario, folder: Path, calm_at: float) -> Case:
    """All the evidence of a run."""
    of = live.system.ledger
    return Case(
        parties={party.id: party for party in whole.parties},
        articles=articles(whole.said),
        requests=read(folder / REQUESTS),
        rows=ledger.deliveries(of),
        attempts=ledger.attempts(of),
        stops=_stops(folder),
        troubled=ledger.troubled(of),
        surprises=_surprises(folder),
        calm_at=calm_at,
    )


def _surprises(folder: Path) -> list[str]:
    """The errors in the logs that no absence of the ledger explains."""
    files = sorted((folder / "data" / "logs").glob("*.log"))
    return [line for file in files for line in file.read_text("utf-8").splitlines() if _is_surprise(line)]


def _is_surprise(line: str) -> bool:
    explained = DEADLOCK not in line and any(name in line for name in AWAY)
    return not explained and any(name in line for name in ERRORS)


def deeds_of(folder: Path) -> list[dict[str, Any]]:
    """What the gremlin has done."""
    return [json.loads(line) for line in (folder / DEEDS).read_text("utf-8").splitlines()]


def _stops(folder: Path) -> list[tuple[float, float]]:
    """When a process stood still for so long that its lease may have run out."""
    stops = [(deed["began"], deed["ended"] + LATE_S) for deed in deeds_of(folder) if deed["deed"].startswith("stop")]
    return [(since, until) for since, until in stops if until - since - LATE_S > LEASE_S - DEADLINE_S]


def numbers(case: Case, deeds: Sequence[Mapping[str, Any]], began: float) -> dict[str, object]:
    """How much there was of everything."""
    outcomes: dict[str, int] = {}
    for tries in case.attempts.values():
        for one in tries:
            outcomes[one["outcome"]] = outcomes.get(one["outcome"], 0) + 1
    return {
        "seconds": round(monotonic() - began),
        "requests": len(case.requests),
        "of them under harm": sum(one.began < case.calm_at for one in case.requests),
        "deliveries": len(case.rows),
        "tries": outcomes,
        "deeds": len(deeds),
    }
