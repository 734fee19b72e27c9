"""Who works round the clock? A worker shows that it consumes, also while one Step takes it long."""

from collections.abc import Callable
from contextlib import closing
from threading import Condition

from structlog.testing import capture_logs

from syndicate.model.step import Lane
from workers.pulse import Pulse


class Beats:
    """Counts, and can be waited for. The first so many of them fail."""

    def __init__(self, *, failing: int = 0) -> None:
        self.lanes: list[Lane] = []
        self._failing = failing
        self._changed = Condition()

    def __call__(self, lane: Lane) -> None:
        with self._changed:
            self.lanes.append(lane)
            self._changed.notify_all()
            if len(self.lanes) <= self._failing:
                raise OSError("the ledger is away")

    def reach(self, many: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.lanes) >= many, timeout=10)


def a_pulse(beat: Callable[[Lane], None]) -> closing[Pulse]:
    return closing(Pulse(beat, every_s=0.02))


def test_a_step_that_takes_long_is_shown_again_and_again():
    beats = Beats()

    with a_pulse(beats) as pulse, pulse.at_work("intake"):
        assert beats.reach(5)

    assert set(beats.lanes) == {"intake"}


def test_a_step_that_is_over_already_is_shown():
    beats = Beats()

    with a_pulse(beats) as pulse:
        with pulse.at_work("intake"):
            pass

        assert beats.reach(1)


def test_a_beat_that_fails_is_not_the_last():
    beats = Beats(failing=1)

    with capture_logs(), a_pulse(beats) as pulse, pulse.at_work("intake"):
        assert beats.reach(2)
