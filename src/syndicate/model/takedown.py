"""Taken back, and gone? A partner's page that must not be there any more, and what looking at it has shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Finding = Literal["gone", "there", "unknown"]


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look at a page has shown, and what it answered, if it did."""

    finding: Finding
    reason: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Takedown:
    """A removal that a partner has accepted, and the page that must be gone because of it, as the partner named it.

    It is overdue when the page isn't gone by the `deadline`. The next look is at `due_at`; what the last one showed, at
    `looked_at`, stands in `reason` and `status`.
    """

    delivery_seq: int
    remote_url: str
    deadline: datetime
    due_at: datetime
    looks: int = 0
    looked_at: datetime | None = None
    status: int | None = None
    reason: str = ""
    gone_at: datetime | None = None

    def is_overdue(self, now: datetime) -> bool:
        """Whether the page isn't known to be gone though its time is up."""
        return self.gone_at is None and self.deadline <= now
