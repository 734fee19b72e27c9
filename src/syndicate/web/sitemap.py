"""Who may ask, by HTTP? Google News, and everybody: our own articles of the last two days."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from fastapi import Request, Response
from sqlalchemy import Connection

from syndicate.assemble import System
from syndicate.formats import sitemap
from syndicate.formats.sitemap import Listed
from syndicate.ledger import articles, clearances
from syndicate.ledger.clearances import Standing
from syndicate.model.article import Article
from syndicate.model.clearance import PUBLIC
from syndicate.model.record import canonical_json, digest_of
from syndicate.model.story import FeedDefinition
from syndicate.web.conditional import unchanged

PATH = "/news-sitemap.xml"
RECENT = timedelta(days=2)
_WANTED = FeedDefinition(
    id="news-sitemap", title="", description="", audience=PUBLIC, own_words=True, length=sitemap.MOST
)


class Recent:
    """The sitemap as it was written last: written anew only when other articles, or others' revisions, are in it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: tuple[str, bytes] = ("", b"")

    def written(self, system: System) -> tuple[str, bytes]:
        """Its digest and its bytes, as the ledger has it now."""
        now, publisher = system.clock(), system.newsroom.publisher
        with system.ledger.read() as connection:
            found = clearances.recent(connection, _WANTED, since=now - RECENT, now=now)
            digest = digest_of(canonical_json([publisher.name, [[one.article_id, one.revision] for one in found]]))
            with self._lock:
                if self._known[0] == digest:
                    return self._known
            listed = _listed(connection, found, until=now)
        written = (digest, sitemap.render(publisher.name, listed).body)
        with self._lock:
            self._known = written
        return written


def read(request: Request) -> Response:
    """`GET /news-sitemap.xml`: Google News' sitemap, newest first. 200, 304."""
    system: System = request.app.state.system
    recent: Recent = request.app.state.recent
    digest, body = recent.written(system)
    headers = {"ETag": f'"{digest[:32]}"', "Cache-Control": f"public, max-age={system.settings.web.feed_max_age_s}"}
    if unchanged(request.headers, etag=headers["ETag"], modified=None):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=sitemap.MEDIA_TYPE)


def _listed(connection: Connection, found: Sequence[Standing], *, until: datetime) -> list[Listed]:
    listed = []
    for standing in found:
        head = articles.head(connection, standing.article_id)
        article = articles.revision(connection, standing.article_id, standing.revision).data
        if isinstance(article, Article):
            published = (head.first_published if head else None) or until
            listed.append(Listed(article.url, published, article.headline, article.language))
    return listed
