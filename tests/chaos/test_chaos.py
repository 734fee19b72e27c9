"""The whole system at work while harm is done to it: small runs, with seeds that stay. `make chaos` has large ones."""

from pathlib import Path

import pytest

from tests.chaos.run import make_ledger, run, told
from tests.fakes.postgresql import cluster_of_our_own

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.mark.parametrize("seed", [2])
def test_on_sqlite_nothing_is_lost_undead_doubled_or_unaccounted_for(tmp_path: Path, seed: int) -> None:
    verdict = run(tmp_path, seed=seed, size="small", tell=print)

    assert not verdict.faults, told(verdict)


@pytest.mark.parametrize("seed", [7])
def test_on_postgresql_neither(tmp_path: Path, seed: int) -> None:
    with cluster_of_our_own("") as cluster:
        make_ledger(cluster)
        verdict = run(tmp_path, seed=seed, size="small", cluster=cluster, tell=print)

    assert not verdict.faults, told(verdict)
