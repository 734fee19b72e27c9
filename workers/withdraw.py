"""Takes back: withdrawals, removals and the feeds that must forget, with nothing in front of them."""

from syndicate.model.step import Beat, BuildFeed, Deliver, Withdraw
from workers.app import Role, consume

ROLE = Role(lane="withdraw")

withdraw = consume(Withdraw)
deliver = consume(Deliver)
build_feed = consume(BuildFeed)
beat = consume(Beat)
