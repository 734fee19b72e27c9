"""Sends what is due: claim, send, record; short transactions, none around the network, and a window that stays full."""

from syndicate.ledger.database import Ledger
from syndicate.model.step import Deliver, Lane, Step
from syndicate.pipeline.record import DeliveryPolicy
from syndicate.pipeline.window import Surroundings, Window
from syndicate.transports.protocol import Wire


def deliver(ledger: Ledger, *, lane: Lane, wire: Wire, policy: DeliveryPolicy, around: Surroundings) -> list[Step]:
    """Keep a window full of what is due in a lane, as long as there is something and the time budget lasts.

    Told to stop, or out of time, it claims nothing more, gives back what no byte of has left, and lets the rest come to
    its end, which takes no longer than the longest deadline.
    """
    window = Window(ledger, lane=lane, wire=wire, policy=policy, around=around)
    until = around.ticks() + policy.budget.total_seconds()
    while True:
        is_over = around.stopping() or around.ticks() >= until
        window.turn(claiming=not is_over)
        if window.is_idle:
            return [Deliver(lane=lane)] if is_over else []
