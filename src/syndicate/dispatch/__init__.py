"""How do stages hand over? The producing end of the queues; `workers/` is the consuming end."""

from collections.abc import Callable, Sequence

from syndicate.model.step import Step

Handover = Callable[[Sequence[Step]], None]
"""Takes Steps whose facts are committed. Never raises: what is lost here, `sweep` finds again."""
