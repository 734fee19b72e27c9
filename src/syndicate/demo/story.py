"""The demonstration: the whole system runs, a newsroom publishes, corrects and withdraws, and the partners follow."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import requests
from rich.console import Console
from rich.live import Live

from syndicate.demo.expect import CORRECTED, PUBLISHED, WITHDRAWN, look, missing, wrong_in_the_end
from syndicate.demo.show import reasons, table
from syndicate.demo.stage import Stage, set_up

ACT_TIMEOUT_S = 60.0
START_TIMEOUT_S = 120.0
FORMATS = ("rss", "atom", "json")


def tell(folder: Path, *, once: bool, console: Console) -> int:
    """Run the whole story; 0 when everything came out as it must. With `once` it ends by itself."""
    with set_up(folder) as stage:
        console.print(f"[bold]京山网[/] and four partners, in {folder}", highlight=False)
        up = _start(stage)
        try:
            if not _wait(lambda: _is_up(stage), until_s=START_TIMEOUT_S, process=up):
                console.print(f"[red]the system did not come up[/]: see {folder / 'data' / 'logs'}")
                return 1
            wrong = _acts(stage, console)
            kept = f"[bold]Received[/]  {stage.received}/PARTNER/ · feeds: {stage.feeds}/"
            console.print(f"\n{kept}", highlight=False, soft_wrap=True)
            if wrong:
                for sentence in wrong:
                    console.print(f"[red]✗[/] {sentence}", highlight=False)
                return 1
            console.print("[bold green]✓ everything came out as it must[/]")
            if not once:
                _say_where(stage, console)
                console.print("It stays up; Ctrl-C ends it.")
                up.wait()
            return 0
        except KeyboardInterrupt:
            return 0
        finally:
            _stop(up)


def _acts(stage: Stage, console: Console) -> list[str]:
    correction, withdrawal = stage.events[-2:]
    wrong = _act(stage, console, "1 · published", list(stage.events[:-2]), PUBLISHED)
    wrong += _act(stage, console, "2 · a correction", [correction], CORRECTED)
    wrong += _act(stage, console, "3 · a withdrawal", [withdrawal], WITHDRAWN)
    feeds = _wait_for_feeds(stage)
    return wrong + wrong_in_the_end(stage, feeds)


def _act(stage: Stage, console: Console, title: str, events: list[Path], act: dict[str, dict[str, str]]) -> list[str]:
    """Send these events as the newsroom's system would, and watch until everybody stands as the act expects."""
    for event in events:
        answer = stage.http.post(
            f"{stage.base_url}/events",
            data=event.read_bytes(),
            headers={
                "content-type": "application/cloudevents+json",
                "authorization": f"Bearer {stage.events_token}",
            },
            timeout=10,
        )
        answer.raise_for_status()
    until = time.monotonic() + ACT_TIMEOUT_S
    found = look(stage, act)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while missing(found, act) and time.monotonic() < until:
            live.update(table(found, title=title), refresh=True)
            time.sleep(0.1)
            found = look(stage, act)
    console.print(table(found, title=f"[bold]{title}[/]"))
    if act is PUBLISHED:
        for line in reasons(found):
            console.print(f"  [dim]·[/] {line}", highlight=False, soft_wrap=True)
    return missing(found, act)


def _wait_for_feeds(stage: Stage) -> dict[str, bytes]:
    """The feeds once they are built after the last act, kept below `feeds`."""
    system = stage.system
    until = time.monotonic() + ACT_TIMEOUT_S
    while stage.http.get(f"{stage.base_url}/status", timeout=10).json()["feeds_behind"] and time.monotonic() < until:
        time.sleep(0.1)
    definitions = system.newsroom.directory.standing_feeds(system.settings.publisher)
    kept: dict[str, bytes] = {}
    for definition in definitions:
        token = stage.feed_tokens.get(definition.audience)
        for suffix in FORMATS:
            answer = stage.http.get(
                f"{stage.base_url}/feeds/{quote(definition.id)}.{suffix}",
                headers={"authorization": f"Bearer {token}"} if token else {},
                timeout=10,
            )
            if answer.ok:  # 天门网's agreement has ended: its feed is refused, as it must be
                kept[f"{definition.id}.{suffix}"] = answer.content
    for name, content in kept.items():
        target = stage.feeds / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return kept


def _say_where(stage: Stage, console: Console) -> None:
    base, config = stage.base_url, stage.folder / "config"
    partner, token = next(iter(stage.feed_tokens.items()))
    console.print(
        f"""
[bold]Feeds[/]     {base}/feeds/all.rss · .atom · .json
          {base}/feeds/partners/{partner}.atom?token={token}
[bold]Status[/]    {base}/status · {base}/metrics · {base}/readyz
[bold]Ask[/]       syndicate --config {config} status
          syndicate --config {config} why jingshan-20260402-01
""".rstrip(),
        highlight=False,
        soft_wrap=True,
    )


def _start(stage: Stage) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "syndicate", "--config", str(stage.folder / "config"), "up"]
    return subprocess.Popen(command)


def _is_up(stage: Stage) -> bool:
    """Up means that every lane's worker has consumed something, and that the web process answers."""
    try:
        found = stage.http.get(f"{stage.base_url}/status", timeout=5).json()
    except (requests.RequestException, ValueError):
        return False
    return bool(found["broker_reachable"]) and all(lane["workers"] for lane in found["lanes"])


def _wait(fact: Callable[[], bool], *, until_s: float, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + until_s
    while not fact():
        if time.monotonic() > until or process.poll() is not None:
            return False
        time.sleep(0.2)
    return True


def _stop(up: subprocess.Popen[bytes]) -> None:
    if up.poll() is None:
        up.terminate()
    up.wait(timeout=90)
