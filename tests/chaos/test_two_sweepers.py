"""Two clocks in two processes sweep in the same moment: what one has seen to, the other leaves alone."""

import multiprocessing
from collections import Counter
from multiprocessing.synchronize import Barrier

from syndicate.ledger.database import Ledger
from syndicate.pipeline.record import DeliveryPolicy
from syndicate.pipeline.sweep import sweep
from tests.builders import NOON, a_newsroom, an_event, minutes
from tests.fakes.rehearsal import Rehearsal

SWEEPERS, SWEEPS, MANY = 2, 10, 40


def sweep_often(url: str, policy: DeliveryPolicy, together: Barrier) -> None:
    """What one of the processes does."""
    ledger = Ledger(url)
    for _ in range(SWEEPS):
        together.wait(30)
        sweep(ledger, newsroom=a_newsroom(), depth={}, policy=policy, now=NOON, dice=lambda: 0.0)
    ledger.close()


def sweep_at_once(system: Rehearsal, url: str) -> None:
    """Have several processes sweep, in step."""
    spawning = multiprocessing.get_context("spawn")
    together = spawning.Barrier(SWEEPERS)
    told = (url, system.system.policy, together)
    processes = [spawning.Process(target=sweep_often, args=told) for _ in range(SWEEPERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * SWEEPERS


def test_what_dead_workers_left_is_settled_once(system: Rehearsal, ledger_url: str):
    partner = system.partner()
    for number in range(MANY):
        system.tell(an_event(article=f"a-{number:02}"))
        system.run_next()
        system.queue.steps.clear()
    owed = [row for number in range(MANY) for row in system.rows(f"a-{number:02}")]
    system.claim_and_die(*(row.id for row in owed))

    sweep_at_once(system, ledger_url)

    assert [system.tries(row.id) for row in owed] == [[(1, "lost")]] * MANY
    system.let_time_pass(minutes(1))
    system.sweep_and_run()
    assert Counter(seen.headers["webhook-id"] for seen in partner.requests) == {row.id: 1 for row in owed}
