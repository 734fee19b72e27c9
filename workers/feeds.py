"""Builds feeds, and writes them as files."""

from syndicate.model.step import Beat, BuildFeed, WriteFiles
from workers.app import Role, consume

ROLE = Role(lane="feeds")

build_feed = consume(BuildFeed)
write_files = consume(WriteFiles)
beat = consume(Beat)
