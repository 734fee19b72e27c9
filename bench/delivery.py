"""Part `delivery`: the engine against what it is made of, the usual design, and itself with more to do."""

import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench import celery_peer, newsroom
from bench.child import Figures, measure
from bench.ledger import Load, fill
from bench.results import Results, Row, Say, machine
from bench.sink import Sink, sink

BODY_BYTES = 5_000
WARM = 200


@dataclass(frozen=True)
class Size:
    """How much is sent in each part, and how often."""

    rounds: int = 3
    deliveries: int = 20_000
    peer_deliveries: int = 2_000
    partners: int = 1_000
    publications: int = 5
    backlogs: tuple[int, ...] = (1_000, 100_000, 1_000_000)


QUICK = Size(1, 2_000, 200, 50, 1, (500, 5_000))


def run(folder: Path, size: Size, *, say: Say) -> Results:
    """Measure all of it, in one run against one sink."""
    folder.mkdir(parents=True, exist_ok=True)
    results = Results(machine())
    with sink(folder / "sink") as there:
        engine_per_core = _throughput(results, there, folder, size, say)
        _peers(results, there, folder, size, say, engine_per_core)
        _backlogs(results, there, folder, size, say)
        _latencies(results, there, folder, size, say)
    return results


def _throughput(results: Results, there: Sink, folder: Path, size: Size, say: Say) -> float:
    """Raw libcurl and the engine in turn, for one host and for 200, plain and over TLS; the engine's plain figure."""
    plain = 0.0
    for hosts in (1, 200):
        for tls in (False, True):
            name = f"{hosts} host{'s' * (hosts > 1)}{', TLS' * tls}"
            raw, ours = [], []
            for number in range(size.rounds):
                say(f"{name}, round {number + 1} of {size.rounds}")
                urls = [there.url(place, hosts=hosts, tls=tls) for place in range(200)]
                ca = there.ca if tls else ""
                told = {"urls": urls, "many": size.deliveries, "body_bytes": BODY_BYTES, "ca": ca}
                raw.append(measure("raw", **told))
                load = Load(urls=urls, deliveries=size.deliveries, body_bytes=BODY_BYTES, ca=ca)
                ours.append(_engine(folder, load))
            results.rows.append(Row(f"raw libcurl, {name}", _medians(raw)))
            ratio = median(_per_core(one) / _per_core(other) for one, other in zip(ours, raw, strict=True))
            results.rows.append(Row(f"engine, {name}", _medians(ours), ratio, "raw libcurl", ">= 0.6"))
            plain = plain or median(map(_per_core, ours))
    return plain


def _peers(results: Results, there: Sink, folder: Path, size: Size, say: Say, engine_per_core: float) -> None:
    others = celery_peer.environment(folder / "peers")
    urls = [there.url(place, hosts=1, tls=False) for place in range(200)]
    for peer, python, name in (
        ("usual", celery_peer.here(), "usual design: Celery task + requests + commit"),
        ("websub", others, "flask-websub 0.4.1"),
        ("django_app", others, "django-webhook 0.0.15"),
    ):
        rounds = []
        for number in range(size.rounds):
            say(f"{name}, round {number + 1} of {size.rounds}")
            rounds.append(
                celery_peer.run(
                    peer,
                    python=python,
                    sink=there,
                    urls=urls,
                    many=size.peer_deliveries,
                    body_bytes=BODY_BYTES,
                    folder=folder / "peer",
                )
            )
        ratio = engine_per_core / median(map(_per_core, rounds))
        goal = ">= 8" if peer == "usual" else ""
        results.rows.append(Row(name, _medians(rounds), ratio, "the engine is so many times as fast", goal))


def _backlogs(results: Results, there: Sink, folder: Path, size: Size, say: Say) -> None:
    """What a delivery costs with so much waiting, and how much memory the worker takes."""
    urls = [there.url(place, hosts=1, tls=False) for place in range(200)]
    first = 0.0
    for waiting in size.backlogs:
        load = Load(urls=urls, deliveries=waiting, body_bytes=BODY_BYTES)
        many = min(waiting, size.deliveries)
        say(f"filling a ledger with {waiting:,}")
        filled = folder / f"{waiting}.db"
        fill(filled, load).close()
        rounds = []
        for number in range(size.rounds):
            say(f"{waiting:,} waiting, round {number + 1} of {size.rounds}")
            rounds.append(_repeated(folder, filled, many=many, at_least=size.deliveries))
        filled.unlink()
        cost = median(one["cpu_s"] / one["deliveries"] for one in rounds)
        first = first or cost
        results.rows.append(
            Row(f"engine, {waiting:,} waiting", _medians(rounds), cost / first, "the cost with the fewest", "<= 1.2")
        )


def _latencies(results: Results, there: Sink, folder: Path, size: Size, say: Say) -> None:
    alone = 0.0
    for hanging in (0, size.partners // 10):
        name = f"event to {size.partners:,} partners" + f", {hanging} of them hanging" * bool(hanging)
        say(name)
        found = newsroom.run(
            there, folder / "newsroom", partners=size.partners, hanging=hanging, rounds=size.publications
        )
        ratio = found.p99_s / alone if alone else None
        alone = alone or found.p99_s
        results.rows.append(Row(name, asdict(found), ratio, "the others' p99 without", "<= 1.2" if ratio else ""))


def _engine(folder: Path, load: Load) -> Figures:
    file = folder / "engine.db"
    fill(file, load).close()
    return measure("engine", file=str(file), many=load.deliveries, ca=load.ca)


def _repeated(folder: Path, filled: Path, *, many: int, at_least: int) -> Figures:
    """Send from copies of a filled ledger, the start left out, until enough has been sent to be measured."""
    total: Figures = {"deliveries": 0, "wall_s": 0, "cpu_s": 0, "peak_mb": 0}
    while total["deliveries"] < at_least:
        file = folder / "engine.db"
        for old in folder.glob("engine.db*"):
            old.unlink()
        shutil.copy(filled, file)
        one = measure("engine", file=str(file), many=many, warm=WARM)
        total = {
            name: max(total[name], value) if name == "peak_mb" else total[name] + value for name, value in one.items()
        }
    return total


def _per_core(one: Figures) -> float:
    return one["deliveries"] / one["cpu_s"]


def _medians(rounds: Iterable[Figures]) -> dict[str, float]:
    some = list(rounds)
    return {
        "per_second": median(one["deliveries"] / one["wall_s"] for one in some),
        "per_second_and_core": median(map(_per_core, some)),
        "microseconds_each": median(one["cpu_s"] / one["deliveries"] * 1e6 for one in some),
        "peak_mb": max(one["peak_mb"] for one in some),
    }


def show(results: Results, console: Console) -> None:
    """As a table."""
    table = Table("what", "a second", "a second and core", "us each", "peak MB", "ratio", "to", "goal", box=None)
    for row in results.rows:
        table.add_row(row.name, *_cells(row.figures), f"{row.ratio:.2f}" if row.ratio else "", row.to, row.goal)
    console.print(*(f"{name}: {value}" for name, value in results.machine.items()), sep="\n", highlight=False)
    console.print(table)


def _cells(figures: dict[str, float]) -> list[str]:
    if "p99_s" in figures:
        return [f"last {figures['last_s']:.2f} s", f"p99 {figures['p99_s']:.2f} s", "", ""]
    names = ("per_second", "per_second_and_core", "microseconds_each", "peak_mb")
    return [f"{figures[name]:,.0f}" if figures[name] else "" for name in names]
