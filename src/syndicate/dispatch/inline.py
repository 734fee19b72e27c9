"""Stages without a queue, in this process: for tests, and for looking at the road step by step."""

from collections import deque
from collections.abc import Callable, Sequence

from syndicate.model.step import Step


class Inline:
    """Keeps the Steps that are handed over until `run` performs them, and those that follow, in order."""

    def __init__(self) -> None:
        self.steps: deque[Step] = deque()

    def __call__(self, steps: Sequence[Step]) -> None:
        """Take Steps over."""
        self.steps.extend(steps)

    def run(self, perform: Callable[[Step], None]) -> int:
        """Perform everything there is; tells how many Steps that were."""
        done = 0
        while self.steps:
            perform(self.steps.popleft())
            done += 1
        return done
