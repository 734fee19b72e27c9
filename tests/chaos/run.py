"""One run: the whole system at work, harm done to it, then peace, and the question whether all came out as it must."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from syndicate.ledger.database import Ledger
from syndicate.ledger.migrate import migrate
from tests.chaos import certificates, ledger
from tests.chaos.evidence import DEADLINE_S, LEASE_S, case_of, deeds_of, feed_of_all, numbers
from tests.chaos.expected import articles
from tests.chaos.gremlin import CLUSTER, LEDGER
from tests.chaos.history import History
from tests.chaos.judge import Fault, judge, judge_answers
from tests.chaos.newsroom import Newsroom
from tests.chaos.receivers import PORTS, secret_of
from tests.chaos.scenario import SIZES, Party, Scenario, scenario
from tests.fakes.live import Live
from tests.fakes.postgresql import Cluster

SHOWN = 5  # histories; the rest is of the same kind, mostly
SETTINGS: dict[str, Mapping[str, float]] = {
    "patience": {"first_wait_s": 0.3, "longest_wait_s": 3, "give_up_after_h": 25 / 3600},
    "breaker": {"faults": 5, "first_rest_s": 1, "longest_rest_s": 4},
}
WORKERS = {"lease_s": LEASE_S, "beat_every_s": 2, "sweep_every_s": 0.5, "silent_s": 10}
PARTNER = """
name = "{party.id}"
[agreement]
number = "C-{party.id}"
starts = 2020-01-01
ends = 2099-12-31
pictures = "ours"
scope.sections = {sections}
[[destinations]]
name = "webhook"
transport = "webhook"
format = "ninjs"
concurrency = {party.concurrency}
{rate}
[destinations.settings]
url = "{url}"
secret = "{party.id}"
network = "{network}"
{ca}
deadline_s = {deadline_s}
"""


@dataclass(frozen=True)
class Verdict:
    """What came of a run, and where its traces are."""

    scenario: Scenario
    folder: Path
    faults: Sequence[Fault]
    numbers: Mapping[str, object]
    history: History


def run(folder: Path, *, seed: int, size: str, cluster: Cluster | None = None, tell: Callable[[str], None]) -> Verdict:
    """Let it all happen in a folder of its own, which stays."""
    whole, began = scenario(seed, SIZES[size]), monotonic()
    _tell_the_gremlin(folder, cluster)
    with _program(folder, "receivers", str(seed), size) as receivers:
        ports = _ports(folder)
        live = _live(folder, whole, ports, cluster)
        with live:
            tell(f"it runs after {monotonic() - began:.0f} s: {len(whole.said)} events, {len(whole.parties)} partners")
            newsroom = _harm(live, whole)
            tell(f"peace after {monotonic() - began:.0f} s")
            calm_at = _make_peace(live, whole, ports, receivers)
            problems = [*_settle(live, whole, tell), *feed_of_all(live, articles(whole.said))]
            tell(f"at rest after {monotonic() - began:.0f} s")
        case = case_of(live, whole, folder, calm_at)
    faults = [*problems, *judge_answers(whole.said, newsroom.answers, ledger.events(live.system.ledger)), *judge(case)]
    live.system.close()
    deeds = deeds_of(folder)
    history = History(case, whole.said, newsroom.answers, began=newsroom.began, deeds=deeds)
    return Verdict(whole, folder, faults, numbers(case, deeds, began), history)


def _tell_the_gremlin(folder: Path, cluster: Cluster | None) -> None:
    """Where the PostgreSQL is that it may stop, if the ledger is in one."""
    if cluster:
        told = {name: str(value) for name, value in vars(cluster).items() if value is not None}
        (folder / CLUSTER).write_text(json.dumps(told), "utf-8")


def _harm(live: Live, whole: Scenario) -> Newsroom:
    """Let the newsroom tell everything, and meanwhile the gremlin do what it does."""
    newsroom = Newsroom(live, whole.said)
    newsroom.start()
    assert live.process is not None
    with _program(live.folder, "gremlin", str(whole.seed), str(live.process.pid)):
        time.sleep(whole.size.lasts_s)
    newsroom.finish(timeout_s=60)
    return newsroom


@contextmanager
def _program(folder: Path, name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of our own processes, told to end by the end of its standard input."""
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", f"tests.chaos.{name}", str(folder), *arguments],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        code = process.wait(60)
        assert code == 0, (folder / f"{name}.log").read_text("utf-8")[-3000:]


def _ports(folder: Path) -> dict[str, int]:
    until = monotonic() + 20
    while not (folder / PORTS).exists():
        assert monotonic() < until, (folder / "receivers.log").read_text("utf-8")
        time.sleep(0.05)
    found: dict[str, int] = json.loads((folder / PORTS).read_text("utf-8"))
    return found


def _live(folder: Path, whole: Scenario, ports: Mapping[str, int], cluster: Cluster | None) -> Live:
    partners = {party.id: partner_file(party, ports[party.id], mended=False) for party in whole.parties}
    database = {"ledger_url": cluster.url(LEDGER)} if cluster else {}
    live = Live(folder, partners, **SETTINGS, **database, workers=WORKERS | dict(whole.size.workers))
    for party in whole.parties:
        right = secret_of(party, whole.seed)
        _write_secret(live, party.id, right if party.right_secret else certificates.secret("wrong"))
    _write_secret(live, "authority", (folder / "expired.pem").read_text("utf-8") if _has(whole, "unknown") else "")
    return live


def partner_file(party: Party, port: int, *, mended: bool) -> str:
    """A partner's configuration, as it is at first or once it was put right."""
    listens = "plain" if mended and party.mended and party.listens in ("private", "nameless") else party.listens
    urls = {
        "private": f"https://127.0.0.1:{port}/push",
        "nameless": f"http://{party.id}.invalid:{port}/push",
        "expired": f"https://127.0.0.1:{port}/push",
        "unknown": f"https://127.0.0.1:{port}/push",
    }
    return PARTNER.format(
        party=party,
        sections=json.dumps(party.sections, ensure_ascii=False),
        rate=f"per_minute = {party.per_minute}" if party.per_minute else "",
        url=urls.get(listens, f"http://127.0.0.1:{port}/push"),
        network="public" if listens == "private" else "internal",
        ca='ca = "authority"' if listens in ("unknown", "expired") else "",
        deadline_s=DEADLINE_S,
    )


def _make_peace(live: Live, whole: Scenario, ports: Mapping[str, int], receivers: "subprocess.Popen[bytes]") -> float:
    """Partners behave, secrets and addresses are put right, who is paused goes on; tells when that began."""
    assert receivers.stdin is not None
    receivers.stdin.write(b"calm\n")
    receivers.stdin.flush()
    calm_at = monotonic()
    for party in whole.parties:
        _write_secret(live, party.id, secret_of(party, whole.seed))
        text = partner_file(party, ports[party.id], mended=True)
        _put(live.folder / "config" / "partners" / f"{party.id}.toml", text)
    if _has(whole, "unknown"):
        _write_secret(live, "authority", (live.folder / certificates.AUTHORITY).read_text("utf-8"))
    if whole.size.restarts:
        assert live.stop() == 0
        live.start()
    return calm_at


def _settle(live: Live, whole: Scenario, tell: Callable[[str], None]) -> list[Fault]:
    """Wait until nothing more happens; resume and replay as an operator would, and wait once more."""
    mended = {party.id for party in whole.parties if party.mended}
    faults = _rest(live.system.ledger, mended, whole.size.settles_within_s)
    for name in sorted(ledger.paused(live.system.ledger)):
        if name.partition("/")[0] in mended:
            done = live.run("resume", name)
            assert done.returncode == 0, done.stderr
    done = live.run("replay", "--all")
    assert done.returncode == 0, done.stderr
    tell(done.stdout.strip())
    return faults or _rest(live.system.ledger, mended, whole.size.settles_within_s)


def _rest(of: Ledger, mended: set[str], within_s: float) -> list[Fault]:
    until = monotonic() + within_s
    while left := ledger.unfinished(of, mended):
        if monotonic() > until:
            return [Fault("comes to rest", "", "", f"not within {within_s:.0f} s: {left}")]
        time.sleep(0.2)
    return []


def _has(whole: Scenario, listens: str) -> bool:
    return any(party.listens == listens for party in whole.parties)


def _write_secret(live: Live, name: str, text: str) -> None:
    _put(live.settings.secrets_dir / name, text)


def _put(file: Path, text: str) -> None:
    """Write a file that others may be reading."""
    file.with_suffix(".part").write_text(text, "utf-8")
    file.with_suffix(".part").replace(file)


def make_ledger(cluster: Cluster) -> None:
    """A database for it, with its tables."""
    cluster.say(f"CREATE DATABASE {LEDGER}")
    ledger = Ledger(cluster.url(LEDGER))
    migrate(ledger)
    ledger.close()


def told(verdict: Verdict) -> str:
    """The faults, with the histories of some of those concerned."""
    concerned = list(dict.fromkeys((one.party, one.article) for one in verdict.faults if one.party and one.article))
    return "\n".join(
        [
            *(f"FAULT {one.rule}: {one.party} {one.article}: {one.told}" for one in verdict.faults),
            *(f"\n{party} {article}\n{verdict.history.of(party, article)}" for party, article in concerned[:SHOWN]),
            f"again: make chaos SEED={verdict.scenario.seed}; its traces are in {verdict.folder}",
        ]
    )
