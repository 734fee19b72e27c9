"""Does harm to a running system, until a line comes: `python -m tests.chaos.gremlin FOLDER SEED SUPERVISOR`.

SUPERVISOR is the process of `syndicate up`; `FOLDER/gremlin.jsonl` tells in the end what was done, when, to whom. What
it stopped or holds it lets go before it ends.
"""

import json
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic

import psutil
import psycopg
import redis

from syndicate.settings import read_settings
from tests.fakes.postgresql import Cluster

DEEDS, CLUSTER, LEDGER = "gremlin.jsonl", "cluster.json", "ledger"
LANES = ("deliver", "deliver", "deliver", "slow", "slow", "retract", "intake", "withdraw", "feeds")
HANDS = 3  # it does so much at once
STOPS_FOR_S = (0.5, 0.5, 2.0, 2.0, 10.0)  # the last is longer than a lease
HOLDS_FOR_S = (0.5, 1.0, 4.0)
PAUSES_S = (0.3, 2.5)


class Gremlin:
    """One hand of it, which does one deed after the other until it is `over`."""

    def __init__(self, folder: Path, dice: random.Random, supervisor: psutil.Process, over: threading.Event) -> None:
        self._folder, self._dice, self._supervisor, self.over = folder, dice, supervisor, over
        self._settings = read_settings(folder / "config")
        self._cluster = cluster_of(folder)

    def run(self) -> None:
        """Do harm."""
        with (self._folder / DEEDS).open("a", encoding="utf-8") as log:
            while not self.over.wait(self._dice.uniform(*PAUSES_S)):
                deed, began = self._deed(), monotonic()
                try:
                    told = deed()
                except (psutil.Error, redis.RedisError, psycopg.Error, OSError, IndexError) as error:
                    told = f"failed: {type(error).__name__}"  # whoever it was meant for is away already
                entry = {"deed": deed.__name__.strip("_"), "began": began, "ended": monotonic(), "told": told}
                log.write(json.dumps(entry) + "\n")
                log.flush()

    def _deed(self) -> Callable[[], str]:
        """Any of them; Redis dies seldom: `syndicate up` lets what dies often wait, and nothing would be under way."""
        likely = {
            self._kill_child: 6,
            self._kill_parent: 3,
            self._kill_both: 2,
            self._kill_clock: 2,
            self._kill_web: 2,
            self._stop_one: 5,
            self._flush_redis: 3,
            self._stop_redis: 1,
            self._kill_redis: 1,
            self._hold_ledger: 2,
            self._second_clock: 2,
            self._meddle: 2,
            self._restart_postgres: 2 if self._cluster else 0,
            self._cut_off: 1 if self._cluster else 0,
        }
        return self._dice.choices(list(likely), list(likely.values()))[0]

    def _kill_parent(self) -> str:
        parent, _ = self._worker()
        return _killed(parent)

    def _kill_child(self) -> str:
        _, child = self._worker()
        return _killed(child)

    def _kill_both(self) -> str:
        return _killed(*self._worker())

    def _kill_clock(self) -> str:
        return _killed(*self._playing("clock"))

    def _kill_web(self) -> str:
        return _killed(*self._playing("web"))

    def _stop_one(self) -> str:
        """SIGSTOP: it is there, and holds what it holds."""
        parent, child = self._worker()
        others = [*self._playing("clock"), *self._playing("web")]
        return self._stopped(self._dice.choice([child, child, child, parent, *others]))

    def _stop_redis(self) -> str:
        return self._stopped(self._redis_server())

    def _kill_redis(self) -> str:
        return _killed(self._redis_server())

    def _flush_redis(self) -> str:
        with redis.Redis(unix_socket_path=str(self._settings.redis_socket), socket_timeout=5) as client:
            client.flushall()
        return "all of it"

    def _hold_ledger(self) -> str:
        """Somebody else writes to the ledger for long, and doesn't ask for the file lock that we ask for."""
        seconds = self._dice.choice(HOLDS_FOR_S)
        if self._cluster:
            with psycopg.connect(self._cluster.url(LEDGER)) as connection:
                connection.execute("LOCK TABLE deliveries, health IN ACCESS EXCLUSIVE MODE")
                self.over.wait(seconds)
            return f"deliveries and health locked for {seconds} s"
        with sqlite3.connect(self._settings.ledger.removeprefix("sqlite:///"), timeout=30) as connection:
            connection.execute("BEGIN IMMEDIATE")
            self.over.wait(seconds)
            connection.rollback()
        connection.close()
        return f"write lock for {seconds} s"

    def _second_clock(self) -> str:
        """Another clock for a while, which sweeps too; then kill -9."""
        environment = {"SYNDICATE_CONFIG_DIR": str(self._settings.config_dir)}
        with (self._folder / "second-clock.log").open("ab") as log:
            clock = subprocess.Popen(
                [sys.executable, "-m", "workers", "clock"], env=environment, stdout=log, stderr=log
            )
        self.over.wait(self._dice.uniform(2, 6))
        clock.kill()
        clock.wait()
        return f"pid {clock.pid}"

    def _meddle(self) -> str:
        """Somebody means well, at the wrong moment: sends again what failed, or what has arrived, or pauses a while."""
        party = self._dice.choice([file.stem for file in sorted((self._folder / "config" / "partners").glob("*.toml"))])
        what = self._dice.choice((["replay", "--all"], ["replay", "--partner", party, "--delivered"], ["pause", party]))
        self._run(*what, *(["--reason", "to see what happens"] if what[0] == "pause" else []))
        if what[0] == "pause":
            self.over.wait(self._dice.uniform(0, 3))
            self._run("resume", party)
        return " ".join(what)

    def _run(self, *arguments: str) -> None:
        named = ["--config", str(self._folder / "config")]
        subprocess.run([sys.executable, "-m", "syndicate", *named, *arguments], capture_output=True, check=False)

    def _restart_postgres(self) -> str:
        assert self._cluster is not None
        how = self._dice.choice(("fast", "immediate"))
        self._cluster.stop(how)
        self._cluster.start()
        return how

    def _cut_off(self) -> str:
        """Every connection to the ledger is broken."""
        assert self._cluster is not None
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        with psycopg.connect(self._cluster.url(LEDGER)) as connection:
            cut = connection.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
            ).fetchall()
        return f"{len(cut)} connections"

    def _stopped(self, process: psutil.Process) -> str:
        seconds = self._dice.choice(STOPS_FOR_S)
        told = f"{_named(process)} for {seconds} s"
        process.suspend()
        self.over.wait(seconds)
        with suppress(psutil.NoSuchProcess):
            process.resume()
        return told

    def _worker(self) -> tuple[psutil.Process, psutil.Process]:
        """A worker of some lane: Celery's parent, and its child."""
        lane = self._dice.choice(LANES)
        parent = self._dice.choice(self._playing(lane))
        return parent, parent.children()[0]

    def _playing(self, role: str) -> list[psutil.Process]:
        return [one for one in self._supervisor.children() if role in one.cmdline()[3:]]

    def _redis_server(self) -> psutil.Process:
        return [one for one in self._supervisor.children() if one.name() == "redis-server"][0]  # noqa: RUF015


def cluster_of(folder: Path) -> Cluster | None:
    """The PostgreSQL that the ledger is in, if it is in one."""
    file = folder / CLUSTER
    if not file.exists():
        return None
    told = json.loads(file.read_text("utf-8"))
    return Cluster(Path(told["binaries"]), Path(told["folder"]), told.get("account"), told["options"])


def _killed(*processes: psutil.Process) -> str:
    told = ", ".join(map(_named, processes))
    for one in processes:
        one.kill()
    return told


def _named(process: psutil.Process) -> str:
    return f"{' '.join(process.cmdline()[2:])} (pid {process.pid})"


def main(folder: Path, seed: int, supervisor: int) -> None:
    """Go on until there is a line on standard input, or its end."""
    over = threading.Event()
    hands = [
        Gremlin(folder, random.Random(f"{seed}/{number}"), psutil.Process(supervisor), over) for number in range(HANDS)
    ]
    threads = [threading.Thread(target=hand.run) for hand in hands]
    for thread in threads:
        thread.start()
    sys.stdin.readline()
    over.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
