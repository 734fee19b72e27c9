"""Builds feeds."""

from syndicate.model.step import Beat, BuildFeed
from workers.app import Role, consume

ROLE = Role(lane="feeds")

build_feed = consume(BuildFeed)
beat = consume(Beat)
