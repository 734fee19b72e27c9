"""Which feeds are there because of what was published: those of sections, keywords and authors."""

from datetime import datetime

from sqlalchemy import Connection

from syndicate.ledger import feeds, labels
from syndicate.model.clearance import PUBLIC, PUBLIC_LINKS
from syndicate.model.feed import Directory

AT_MOST = 20_000  # of sections, of keywords and of authors: each feed is some rows, and a build of its own


def rebuild(connection: Connection, directory: Directory, *, now: datetime) -> None:
    """Have all feeds built again, those too that are there because of a family that was configured just now."""
    ensure_named(connection, directory, now=now)
    feeds.reconsider(connection)


def ensure_named(connection: Connection, directory: Directory, *, now: datetime) -> None:
    """Have a feed for each section, keyword and author of what the public has, also where its family came later."""
    if not any(family.each in ("section", "keyword", "author") for family in directory.feeds):
        return
    named = set[str]()
    for audience in (PUBLIC, PUBLIC_LINKS):
        found = labels.everything(connection, audiences=[audience], limit=AT_MOST)
        named.update(directory.feeds_with([audience], found))
    feeds.ensure(connection, named, at=now)
