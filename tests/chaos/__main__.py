"""`python -m tests.chaos [--seed N] [--size small] [--on postgresql]`: a run on each kind of ledger, judged."""

import argparse
import secrets
import shutil
import signal
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.chaos.run import Verdict, make_ledger, run, told
from tests.chaos.scenario import SIZES
from tests.fakes.postgresql import cluster_of_our_own

LASTS_AT_MOST_S = 600


def main() -> int:
    """Run it; 1 when something came out as it must not."""
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--size", choices=SIZES, default="large")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    asked = parser.parse_args()
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(f"seed {asked.seed}: it did not come to its end in time"))
    signal.alarm(LASTS_AT_MOST_S)
    outcomes = [_goes_well(kind, asked.seed, asked.size) for kind in asked.on or ("sqlite", "postgresql")]
    return int(not all(outcomes))


def _goes_well(kind: str, seed: int, size: str) -> bool:
    """Whether a run on this ledger came out as it must; where there is no such database, there is nothing to say."""
    try:
        verdict = _run_on(kind, seed, size)
    except pytest.skip.Exception as reason:
        _tell(str(reason))
        return True
    _tell(f"seed {seed} on {kind}: {verdict.numbers}")
    if verdict.faults:
        _tell(told(verdict))
        return False
    shutil.rmtree(verdict.folder)
    return True


def _run_on(kind: str, seed: int, size: str) -> Verdict:
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    _tell(f"seed {seed} on {kind}: {folder}")
    with cluster_of_our_own("") if kind == "postgresql" else nullcontext() as cluster:
        if cluster:
            make_ledger(cluster)
        return run(folder, seed=seed, size=size, cluster=cluster, tell=_tell)


def _tell(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
