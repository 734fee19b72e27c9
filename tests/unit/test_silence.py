"""Which workers are alive but consume nothing? Judged from looks at the queues and signs of life, second by second."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from syndicate.cli.silence import START_S, Silence
from syndicate.model.step import Lane

BOUND_S = 60
START = datetime(2026, 5, 1, tzinfo=UTC)


class Seen:
    """Looks once a second. Workers `a` and `b` work for the lane `deliver`, `c` for `intake`, since second 1."""

    def __init__(self) -> None:
        self.silence = Silence(bound_s=BOUND_S)
        self.ticks = 1.0
        self.signs: dict[str, tuple[Lane, str, datetime]] = {}

    def look(self, seconds: int, *, heard: str = "", depth: Mapping[Lane, int] | None) -> None:
        """Let time pass while these workers are heard each second, and so many messages wait."""
        for _ in range(seconds):
            self.ticks += 1
            for worker in heard:
                lane: Lane = "intake" if worker == "c" else "deliver"
                self.signs[worker] = (lane, worker, START + timedelta(seconds=self.ticks))
            self.silence.look(depth=depth, signs=self.signs.values(), ticks=self.ticks)

    def silent(self, started: float = 1.0) -> list[str]:
        """Who is found silent."""
        lanes: dict[str, Lane] = {"a": "deliver", "b": "deliver", "c": "intake"}
        return [
            worker
            for worker, lane in lanes.items()
            if self.silence.of(lane, worker, started=started, ticks=self.ticks) is not None
        ]


def seen_at_work() -> Seen:
    """All three were heard just now, and no queue holds anything."""
    seen = Seen()
    seen.look(1, heard="abc", depth={})
    return seen


def test_who_takes_nothing_while_messages_wait_is_silent():
    seen = seen_at_work()

    seen.look(BOUND_S + 1, heard="ab", depth={"intake": 1})

    assert seen.silent() == ["c"]


def test_for_how_long_is_told():
    seen = seen_at_work()

    seen.look(BOUND_S + 5, heard="ab", depth={"intake": 1})

    assert seen.silence.of("intake", "c", started=1.0, ticks=seen.ticks) == BOUND_S + 5


def test_nobody_is_silent_before_the_bound():
    seen = seen_at_work()

    seen.look(BOUND_S, heard="ab", depth={"intake": 1})

    assert seen.silent() == []


def test_who_has_nothing_to_take_is_not_silent():
    seen = seen_at_work()

    seen.look(10 * BOUND_S, heard="ab", depth={"intake": 0})

    assert seen.silent() == []


def test_who_takes_something_is_not_silent_however_much_waits():
    seen = seen_at_work()

    seen.look(10 * BOUND_S, heard="abc", depth={"intake": 1000, "deliver": 1000})

    assert seen.silent() == []


def test_one_who_leaves_everything_to_the_other_of_its_lane_is_silent_though_their_queue_is_empty():
    seen = seen_at_work()

    seen.look(BOUND_S + 1, heard="ac", depth={"deliver": 0})

    assert seen.silent() == ["b"]


def test_what_waits_in_one_lane_is_nothing_to_the_workers_of_another():
    seen = seen_at_work()

    seen.look(10 * BOUND_S, heard="ab", depth={"feeds": 3})

    assert seen.silent() == []


def test_all_who_take_nothing_are_found_at_once():
    seen = seen_at_work()

    seen.look(BOUND_S + 1, depth={"deliver": 2, "intake": 1})

    assert seen.silent() == ["a", "b", "c"]


def test_while_the_broker_is_away_nobody_is_silent():
    seen = seen_at_work()
    seen.look(BOUND_S - 1, depth={"deliver": 2, "intake": 1})

    seen.look(10 * BOUND_S, depth=None)

    assert seen.silent() == []


def test_after_the_broker_came_back_everybody_has_the_whole_time_again():
    seen = seen_at_work()
    seen.look(10 * BOUND_S, depth=None)

    seen.look(BOUND_S, depth={"deliver": 2, "intake": 1})
    soon = seen.silent()
    seen.look(2, depth={"deliver": 2, "intake": 1})

    assert (soon, seen.silent()) == ([], ["a", "b", "c"])


def test_who_was_started_just_now_is_given_time_to_start_and_to_take_something():
    seen = seen_at_work()
    seen.look(BOUND_S + 1, depth={"deliver": 2, "intake": 1})
    started = seen.ticks

    seen.look(int(START_S) + BOUND_S, depth={"deliver": 2, "intake": 1})
    soon = seen.silent(started)
    seen.look(1, depth={"deliver": 2, "intake": 1})

    assert (soon, seen.silent(started)) == ([], ["a", "b", "c"])
