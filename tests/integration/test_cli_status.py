"""Who may ask, by shell? `status`: the lanes as they are, and what is not as it should be."""

import json
from datetime import timedelta

import pytest

from syndicate.cli.status import worries
from syndicate.ledger import beats
from syndicate.model.step import LANES
from syndicate.monitor.status import LaneStatus, Status, WorkerStatus
from tests.builders import NOON, an_event
from tests.fakes.cli_newsroom import NOBODY_LISTENS, a_partner_file, a_shell


@pytest.fixture
def shell(tmp_path, monkeypatch):
    yield from a_shell(tmp_path, monkeypatch)


def a_lane(name="deliver", *, heard_s_ago=3.0, oldest_due_s=None):
    workers = () if heard_s_ago is None else (WorkerStatus(name="duchuan:1", heard_s_ago=heard_s_ago),)
    return LaneStatus(lane=name, queued=0, waiting=0, sending=0, failed=0, oldest_due_s=oldest_due_s, workers=workers)


def a_status(*lanes, broker_reachable=True, failed=(), paused=None, overdue=(), clock_heard_s_ago=1.0):
    return Status(
        at=NOON,
        broker_reachable=broker_reachable,
        events=0,
        articles=0,
        deliveries={},
        failed_lately=len(failed),
        failed_articles=tuple(failed),
        feeds_behind=0,
        troubled=dict.fromkeys(paused or {}, "paused"),
        paused=paused or {},
        takedowns=len(overdue),
        overdue=tuple(overdue),
        lanes=lanes or (a_lane(),),
        clocks=(WorkerStatus(name="duchuan:9", heard_s_ago=clock_heard_s_ago),),
    )


def everybody_works(shell, *, ago=timedelta()):
    system = shell.open()
    with system.ledger.write() as connection:
        for lane in LANES:
            beats.beat(connection, lane, "duchuan:1", now=system.clock() - ago)
        beats.beat(connection, beats.CLOCK, "duchuan:9", now=system.clock() - ago)
    system.close()


def test_all_is_well_when_each_lane_is_heard_and_nothing_is_late():
    assert worries(a_status(a_lane("deliver"), a_lane("feeds", oldest_due_s=299))) == []


def test_an_unreachable_broker_is_a_worry():
    assert worries(a_status(broker_reachable=False)) == [
        "the broker can't be reached; run: syndicate up, or mend broker_url"
    ]


def test_a_clock_that_stands_still_is_a_worry_with_what_comes_of_it():
    (worry,) = worries(a_status(clock_heard_s_ago=61))

    assert worry == "no clock was heard within 60 s: nothing is tried again; run: syndicate up, or see its log"


def test_a_delivery_that_failed_today_is_a_worry():
    (worry,) = worries(a_status(failed=["a-7"]))

    assert "1 deliveries failed within the last day, of articles a-7" in worry


def test_a_destination_that_is_paused_is_a_worry_with_the_way_out():
    (worry,) = worries(a_status(paused={"yunfeng/push": "failures on 7 days"}))

    assert worry.startswith("yunfeng/push is paused: failures on 7 days")
    assert worry.endswith("syndicate resume yunfeng/push")


def test_a_page_that_must_be_gone_and_is_not_is_a_worry_with_what_to_do():
    (worry,) = worries(a_status(overdue=["a-7 at yunfeng/push"]))

    assert worry.startswith(
        "1 pages of withdrawn articles aren't known to be gone though their time is up: a-7 at yunfeng"
    )
    assert "syndicate withdrawals --open" in worry


def test_the_lanes_that_nobody_works_in_are_named():
    found = worries(a_status(a_lane("withdraw", heard_s_ago=None), a_lane("deliver"), a_lane("slow", heard_s_ago=61)))

    assert found == ["no worker was heard within 60 s in withdraw, slow; run: syndicate up, or see its logs"]


def test_what_has_been_due_for_long_is_told_with_its_age():
    assert worries(a_status(a_lane("slow", oldest_due_s=720))) == [
        "something in slow has been due for 12 min; see the lane's log"
    ]


def test_status_ends_with_0_when_all_is_well(shell):
    everybody_works(shell)

    result = shell.run("status")

    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "all is well")


def test_status_ends_with_1_and_says_so_when_nobody_works(shell):
    everybody_works(shell, ago=timedelta(minutes=5))

    result = shell.run("status")

    assert (result.exit_code, "no worker was heard within 60 s" in result.stdout) == (1, True)


def test_a_worker_is_listed_with_how_long_ago_it_was_heard(shell):
    everybody_works(shell, ago=timedelta(minutes=5))

    row = next(line for line in shell.run("status").stdout.splitlines() if line.split()[:1] == ["slow"])
    assert "5 min ago" in row


def test_times_are_told_in_the_publishers_zone(shell):
    everybody_works(shell)

    assert "(Asia/Shanghai)" in shell.run("status").stdout


def test_an_unreachable_broker_shows_queues_as_unknown_and_ends_with_1(shell):
    everybody_works(shell)
    shell.without_broker()

    result = shell.run("status", "--json")

    found = json.loads(result.stdout)
    assert (result.exit_code, found["broker_reachable"], found["lanes"][0]["queued"]) == (1, False, None)
    assert len(found["worries"]) == 1


def test_waiting_deliveries_are_counted(shell):
    shell.configure("partners/yunfeng.toml", a_partner_file("云峰网", url=NOBODY_LISTENS))
    shell.secret("hezuo")
    shell.run("publish", shell.file("one.json", an_event()))
    shell.perform()

    found = json.loads(shell.run("status", "--json").stdout)

    assert found["deliveries"] == {"waiting": 1}


def test_watching_looks_again_until_it_is_interrupted(shell, monkeypatch):
    everybody_works(shell)
    naps = []

    def nap(seconds):
        naps.append(seconds)
        if len(naps) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", nap)

    result = shell.run("status", "--watch", "--json")

    assert (result.exit_code, len(result.stdout.splitlines()), naps) == (0, 2, [2.0, 2.0])


def test_without_a_ledger_it_says_how_to_make_one(shell):
    result = shell.run("status")

    said = f"there is no ledger at {shell.ledger_file} yet; run: syndicate ledger upgrade\n"
    assert (result.exit_code, result.stderr, shell.ledger_file.exists()) == (1, said, False)


def test_feeds_that_cannot_be_written_as_files_are_a_worry_with_their_reason():
    found = a_status().model_copy(update={"unwritten": ("/srv is full",)})

    assert worries(found) == ["feeds can't be written as files, which is tried again: /srv is full"]
