"""Runs a peer that is made of Celery tasks: a Redis of its own, everything handed over first, then two workers."""

import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.child import Figures
from bench.ledger import body
from bench.sink import Sink
from syndicate.dispatch.redis_server import answers, find_redis_server

FOLDER = Path(__file__).parent / "peers"
NEEDED = ("django>=5.2", "flask-websub==0.4.1", "django-webhook==0.0.15", "celery[redis]==5.7.0", "requests")
WORKERS = 2


def environment(folder: Path) -> str:
    """The Python of an environment with the peers in it, made the first time."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *NEEDED], check=True)
    return str(python)


def run(
    peer: str, *, python: str, sink: Sink, urls: Sequence[str], many: int, body_bytes: int, folder: Path
) -> Figures:
    """Deliver so many; counted from the first that arrives to the last, start-up left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("peer.*"):
        old.unlink()
    with _redis(folder) as broker:
        told = os.environ | {
            "BENCH_BROKER": broker,
            "BENCH_DATABASE": str(folder / "peer.db"),
            "PYTHONPATH": str(FOLDER),
            "DJANGO_SETTINGS_MODULE": "",
        }
        _prepare(peer, python, told, urls=urls, many=many, content=body(1, body_bytes))
        return _work(peer, python, told, sink=sink, many=many, log=folder / "peer.log")


def _prepare(peer: str, python: str, told: dict[str, str], *, urls: Sequence[str], many: int, content: bytes) -> None:
    last = {"usual": "many", "websub": "content", "django_app": "content, many"}[peer]
    lines = [
        "import json, sys",
        "urls, content, many = json.load(sys.stdin)",
        "content = content.encode()",
        f"import {peer}",
        f"{peer}.fill(urls, content, many)",
        f"{peer}.enqueue({last})",
    ]
    given = json.dumps([list(urls), content.decode(), many])
    subprocess.run([python, "-c", "\n".join(lines)], input=given, text=True, env=told, check=True, capture_output=True)


def _work(peer: str, python: str, told: dict[str, str], *, sink: Sink, many: int, log: Path) -> Figures:
    before = sink.requests()
    command = [python, "-m", "celery", "-A", peer, "worker", "-P", "prefork", "-c", str(WORKERS), "-l", "ERROR"]
    with log.open("w") as output:
        worker = subprocess.Popen(command, env=told, stdout=output, stderr=subprocess.STDOUT)
    asked = 0

    def taken() -> int:
        nonlocal asked
        asked += 1
        return sink.requests() - before - asked

    try:
        _until(lambda: taken() > 0, worker)
        first, started, used = taken(), time.perf_counter(), _cpu_s(worker.pid)
        _until(lambda: taken() >= many, worker)
        took_s, cpu_s = time.perf_counter() - started, _cpu_s(worker.pid) - used
        return {"deliveries": many - first, "wall_s": took_s, "cpu_s": cpu_s, "peak_mb": 0.0}
    finally:
        worker.terminate()
        worker.wait(30)


def _until(fact: Callable[[], bool], worker: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 300
    while not fact():
        if worker.poll() is not None or time.monotonic() > until:
            raise SystemExit("a peer did not get through: see its log in var/bench")
        time.sleep(0.01)


def _cpu_s(pid: int) -> float:
    """Processor time of a process and its children."""
    parent = psutil.Process(pid)
    times = [one.cpu_times() for one in (parent, *parent.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    shutil.rmtree(folder / "run", ignore_errors=True)
    (folder / "run").mkdir(mode=0o700)
    socket = folder / "run" / "peer.sock"
    server = subprocess.Popen(
        find_redis_server().arguments(socket=socket, data_dir=folder / "run"), stdout=subprocess.DEVNULL
    )
    broker = f"redis+socket://{socket}"
    until = time.monotonic() + 10
    while not answers(broker):
        if time.monotonic() > until:
            raise SystemExit("Redis does not answer")
        time.sleep(0.05)
    try:
        yield broker
    finally:
        server.terminate()
        server.wait(10)


def here() -> str:
    """Our own Python, for the peer that needs nothing else."""
    return sys.executable
