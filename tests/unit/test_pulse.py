"""Who works round the clock? A worker shows that it consumes, also while one Step takes it long."""

from threading import Condition

from structlog.testing import capture_logs

from workers.pulse import Pulse

EVERY_S = 0.05


class Beats:
    """Counts, and can be waited for."""

    def __init__(self) -> None:
        self.many = 0
        self._changed = Condition()

    def __call__(self) -> None:
        with self._changed:
            self.many += 1
            self._changed.notify_all()

    def reach(self, many: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.many >= many, timeout=10)


def test_a_step_that_takes_long_is_shown_again_and_again():
    beats = Beats()
    pulse = Pulse(beats, every_s=EVERY_S)

    with pulse.at_work():
        assert beats.reach(5)


def test_a_step_that_is_over_is_shown_once_more():
    beats = Beats()
    pulse = Pulse(beats, every_s=EVERY_S)
    with pulse.at_work():
        assert beats.reach(1)
        before = beats.many

    assert beats.reach(before + 1)


def test_a_beat_that_fails_is_not_the_last():
    beats = Beats()

    def fail_once() -> None:
        beats()
        if beats.many == 1:
            raise OSError("the ledger is away")

    with capture_logs(), Pulse(fail_once, every_s=EVERY_S).at_work():
        assert beats.reach(2)
