"""A hand-over between stages. Steps carry ids only: the ledger, not the message, knows what is wanted."""

from typing import Literal

from syndicate.model.record import Record

Lane = Literal["withdraw", "retract", "intake", "deliver", "slow", "feeds"]
LANES: tuple[Lane, ...] = ("withdraw", "retract", "intake", "deliver", "slow", "feeds")
SENDING_LANES: tuple[Lane, ...] = ("retract", "deliver", "slow")  # those in which deliveries wait


class Plan(Record):
    """Decide who gets the newest revision of an article. An urgent one may take it back: by the withdraw lane."""

    article_id: str
    urgent: bool = False


class Withdraw(Record):
    """Take an article back from everybody who may have it."""

    article_id: str


class BuildFeed(Record):
    """Bring a feed up to date. An urgent one takes something back, and goes by the withdraw lane."""

    feed_id: str
    urgent: bool = False


class WriteFiles(Record):
    """Write a feed's documents as files where others serve them. An urgent one takes something back."""

    feed_id: str
    urgent: bool = False


class Deliver(Record):
    """Send what is due in a lane. A wake-up: what that is, the ledger knows."""

    lane: Lane


class Verify(Record):
    """See whether the pages are gone that these removals, by the ids of their deliveries, were to take down."""

    deliveries: tuple[str, ...]


class Confirm(Record):
    """Ask the callbacks of these subscriptions, by id, whether they want what was asked for them; or tell them no."""

    subscriptions: tuple[str, ...]


class Beat(Record):
    """Prove that a lane's workers consume: whoever takes it writes the time into the ledger. One for each worker."""

    lane: Lane
    number: int = 1


Step = Plan | Withdraw | BuildFeed | WriteFiles | Deliver | Verify | Confirm | Beat
