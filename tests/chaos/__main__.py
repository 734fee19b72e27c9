"""`python -m tests.chaos [--seed N] [--size small] [--on postgresql]`: a run on each kind of ledger, judged."""

import argparse
import secrets
import shutil
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from syndicate.ledger.database import Ledger
from syndicate.ledger.migrate import migrate
from tests.chaos.gremlin import LEDGER
from tests.chaos.run import Verdict, run
from tests.chaos.scenario import SIZES
from tests.fakes.postgresql import Cluster, cluster_of_our_own

SHOWN = 5  # histories; the rest is of the same kind, mostly


def main() -> int:
    """Run it; 1 when something came out as it must not."""
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--size", choices=SIZES, default="large")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    asked = parser.parse_args()
    verdicts = [_run_on(kind, asked.seed, asked.size) for kind in asked.on or ("sqlite", "postgresql")]
    return int(any(verdict.faults for verdict in verdicts))


def _run_on(kind: str, seed: int, size: str) -> Verdict:
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    _tell(f"seed {seed} on {kind}: {folder}")
    with cluster_of_our_own("") if kind == "postgresql" else nullcontext() as cluster:
        if cluster:
            make_ledger(cluster)
        verdict = run(folder, seed=seed, size=size, cluster=cluster, tell=_tell)
    _tell(f"seed {seed} on {kind}: {verdict.numbers}")
    if verdict.faults:
        _tell(told(verdict))
    else:
        shutil.rmtree(folder)
    return verdict


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


def _tell(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
