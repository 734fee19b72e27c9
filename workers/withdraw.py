"""Takes back: decides withdrawals and builds the feeds that must forget, with nothing in front of them."""

from syndicate.model.step import Beat, BuildFeed, Plan, Withdraw, WriteFiles
from workers.app import Role, consume

ROLE = Role(lane="withdraw")

withdraw = consume(Withdraw)
plan = consume(Plan)
build_feed = consume(BuildFeed)
write_files = consume(WriteFiles)
beat = consume(Beat)
