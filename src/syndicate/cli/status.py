"""Who may ask, by shell? `status` tells what waits where, since when, who is working, and what is wrong."""

import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from syndicate.assemble import System
from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import age, legible, local, output, print_json, table
from syndicate.monitor.status import FEW, LaneStatus, Status, WorkerStatus
from syndicate.monitor.status import status as look_once

HEARD_WITHIN_S = 60.0
DUE_WITHIN_S = 300.0
LOOK_EVERY_S = 2.0


def status(
    context: typer.Context,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every 2 seconds, until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show each lane: what is queued and waiting, the oldest thing due, and its workers.

    Exit code 1 when the broker can't be reached, no clock or no worker of a lane was heard within 60 s, something has
    been due for more than 5 minutes, a delivery failed within the last day, a destination is paused, or the page of a
    withdrawn article isn't known to be gone in time: it says which.
    """
    with opened(context) as system:
        if watch:
            _watch(system, as_json=as_json)
        else:
            _show(_look(system), timezone=system.newsroom.publisher.timezone, as_json=as_json)


def worries(found: Status) -> list[str]:
    """What is not as it should be, with what to do; nothing when all is well."""
    broker = [] if found.broker_reachable else ["the broker can't be reached; run: syndicate up, or mend broker_url"]
    within = f"was heard within {HEARD_WITHIN_S:.0f} s"
    stopped = [f"no clock {within}: nothing is tried again; run: syndicate up, or see its log"]
    silent = ", ".join(lane.lane for lane in found.lanes if not _is_heard(lane.workers))
    silence = [f"no worker {within} in {silent}; run: syndicate up, or see its logs"]
    late = [
        f"something in {lane.lane} has been due for {age(lane.oldest_due_s)}; see the lane's log"
        for lane in found.lanes
        if lane.oldest_due_s is not None and lane.oldest_due_s > DUE_WITHIN_S
    ]
    failed = [
        f"{found.failed_lately} deliveries failed within the last day, of articles {', '.join(found.failed_articles)}; "
        "run: syndicate why ARTICLE --deliveries, put right what is wrong, then syndicate replay"
    ]
    paused = [
        f"{name} is paused: {because}; what it misses is held until: syndicate resume {name}"
        for name, because in found.paused.items()
    ]
    overdue = [
        f"{len(found.overdue)} pages of withdrawn articles aren't known to be gone though their time is up: "
        f"{', '.join(found.overdue[:FEW])}; run: syndicate withdrawals --open, and call whoever runs the page"
    ]
    unwritten = [f"feeds can't be written as files, which is tried again: {reason}" for reason in found.unwritten[:FEW]]
    return [
        *broker,
        *([] if _is_heard(found.clocks) else stopped),
        *(silence if silent else []),
        *late,
        *(failed if found.failed_lately else []),
        *paused,
        *(overdue if found.overdue else []),
        *unwritten,
    ]


def _is_heard(workers: Iterable[WorkerStatus]) -> bool:
    return any(worker.heard_s_ago <= HEARD_WITHIN_S for worker in workers)


def _show(found: Status, *, timezone: str, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(found))
    else:
        output().print(_view(found, timezone=timezone))
    if worries(found):
        raise typer.Exit(1)


def _watch(system: System, *, as_json: bool) -> None:
    timezone = system.newsroom.publisher.timezone
    with suppress(KeyboardInterrupt):
        if as_json:
            while True:
                print_json(_as_json(_look(system)))
                time.sleep(LOOK_EVERY_S)
        with Live(_view(_look(system), timezone=timezone), console=output(), auto_refresh=False) as live:
            while True:
                time.sleep(LOOK_EVERY_S)
                live.update(_view(_look(system), timezone=timezone), refresh=True)


def _look(system: System) -> Status:
    return look_once(system.ledger, depth=system.depth(), now=system.clock())


def _as_json(found: Status) -> dict[str, object]:
    return found.model_dump(mode="json") | {"worries": worries(found)}


def _view(found: Status, *, timezone: str) -> Group:
    lanes = table(
        *("lane", "queued", "waiting", "sending", "failed", "oldest due", "workers"),
        rows=[_row(lane) for lane in found.lanes],
        right=["queued", "waiting", "sending", "failed", "oldest due"],
        whole=["lane"],
    )
    deliveries = ", ".join(f"{many} {state}" for state, many in sorted(found.deliveries.items())) or "none"
    totals = (
        f"{local(found.at, timezone)} ({timezone}) · {found.events} events · {found.articles} articles · "
        f"{found.feeds_behind} feeds behind\ndeliveries: {deliveries}"
    )
    worried = worries(found)
    unwell = ", ".join(f"{name} ({condition})" for name, condition in found.troubled.items())
    totals += f"\ndestinations that aren't well: {unwell or 'none'}"
    totals += f"\npages that must go and aren't known to be gone: {found.takedowns}" if found.takedowns else ""
    end = Text("\n".join(worried), style="bold red") if worried else Text("all is well", style="green")
    return Group(lanes, Text(totals), end)


def _row(lane: LaneStatus) -> tuple[object, ...]:
    workers = "\n".join(f"{age(worker.heard_s_ago)} ago: {legible(worker.name)}" for worker in lane.workers)
    oldest = None if lane.oldest_due_s is None else age(lane.oldest_due_s)
    queued = "?" if lane.queued is None else lane.queued
    return lane.lane, queued, lane.waiting, lane.sending, lane.failed, oldest, workers or "none heard"
