"""How a destination is doing: what its answers have been, and whether anything may be sent to it now."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

PausedBy = Literal["", "failures", "partner", "person"]
Condition = Literal["well", "failing", "slow", "resting", "probing", "paused"]


@dataclass(frozen=True, slots=True)
class Health:
    """A destination's standing, from its answers since the last success.

    `open_until` is the circuit breaker: none, and it is closed; in the future, and nothing is sent but first tries of
    removals; past, and it is half open: one probe may go.
    """

    destination_id: str
    faults: int = 0
    failing_since: datetime | None = None
    failed_days: int = 0
    failed_on: date | None = None
    slow: bool = False
    opened: int = 0
    open_until: datetime | None = None
    paused_at: datetime | None = None
    paused_by: PausedBy = ""
    paused_because: str = ""
    rearm_since: datetime | None = None

    @property
    def is_well(self) -> bool:
        """Whether first tries go the ordinary way."""
        return not (self.slow or self.open_until or self.paused_at)

    def condition(self, now: datetime) -> Condition:
        """In one word, for people."""
        if self.paused_at:
            return "paused"
        if self.open_until:
            return "resting" if now < self.open_until else "probing"
        if self.slow:
            return "slow"
        return "failing" if self.failing_since else "well"
