"""Who may ask, by HTTP? A person who looks for a feed: one page lists them all, and a reader finds the main ones."""

import threading
import time
from collections.abc import Iterable
from html import escape
from string import Template
from types import MappingProxyType
from urllib.parse import quote

from fastapi import Request, Response

from syndicate.assemble import System
from syndicate.formats import FEED_FORMATS, feed_format
from syndicate.formats.stylesheet import CSS, MEDIA_TYPE
from syndicate.ledger import labels
from syndicate.model.clearance import PUBLIC
from syndicate.model.feed import Belongings, FeedFamily
from syndicate.model.story import FeedDefinition
from syndicate.pipeline.newsroom import Newsroom

KNOWN_FOR_S = 60.0  # to ask for all keywords and authors is a look at every article
MOST_NAMES = 500  # of each kind, the most used first; who wants another finds its address by the pattern
CONTENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_NAMED = MappingProxyType(
    {
        "section": "栏目 · Sections",
        "keyword": "关键词 · Keywords",
        "author": "作者 · Authors",
    }
)
_PAGE = Template(
    """<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>订阅源 Feeds · $site</title>
$discovery
<style>
body { font-family: sans-serif; line-height: 1.6; max-width: 48em; margin: 2em auto; padding: 0 1em }
li { overflow-wrap: anywhere } small { color: #555 }
</style>
</head>
<body>
<h1><a href="$home">$site</a> · 订阅源 <span lang="en">Feeds</span></h1>
<p>把网址复制到新闻阅读器，即可收到更新：标题、摘要与链接。
<span lang="en">Copy an address into a feed reader to follow it: headlines, summaries and links.</span>
<a rel="license" href="$licence">版权与许可 <span lang="en">Copyright and licence</span></a></p>
$groups
<h2>签约媒体 <span lang="en">Partners</span></h2>
<p>全文订阅源须凭令牌访问，网址与令牌按协议另行提供。
<span lang="en">Full-text feeds need a token; the address and the token come with the agreement.</span></p>
</body>
</html>
"""
)


class Names:
    """The sections, keywords and authors that have feeds, asked for once a minute at most. Safe to share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: tuple[float, Newsroom, dict[str, Belongings]] | None = None

    def of(self, family: FeedFamily, system: System) -> Belongings:
        """What there is now for this family's audiences."""
        key, newsroom = ",".join(sorted(family.audiences)), system.newsroom
        with self._lock:
            known = self._known
            if known is None or known[1] is not newsroom or time.monotonic() - known[0] >= KNOWN_FOR_S:
                known = self._known = (time.monotonic(), newsroom, {})
            if key not in known[2]:
                with system.ledger.read() as connection:
                    known[2][key] = labels.everything(connection, audiences=family.audiences, limit=MOST_NAMES)
            return known[2][key]


def page(request: Request) -> Response:
    """`GET /feeds`: every public feed, for people, in Chinese and English; the single ones for feed readers too."""
    system: System = request.app.state.system
    names: Names = request.app.state.names
    newsroom = system.newsroom
    text = _PAGE.substitute(
        language=escape(newsroom.publisher.language),
        site=escape(newsroom.publisher.site_name),
        home=escape(newsroom.publisher.home_url),
        licence=escape(newsroom.addresses.page),
        discovery=discovery(single_feeds(newsroom)),
        groups="\n".join(_groups(newsroom, names, system)),
    )
    seconds = system.settings.web.feed_max_age_s
    headers = {"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": f"public, max-age={seconds}"}
    return Response(text, headers=headers, media_type="text/html")


def stylesheet() -> Response:
    """`GET /feed.css`: how a feed looks in a browser."""
    return Response(CSS, headers={"Cache-Control": "public, max-age=3600"}, media_type=MEDIA_TYPE)


def single_feeds(newsroom: Newsroom) -> list[FeedDefinition]:
    """The public feeds that are of no section, keyword or author."""
    families = newsroom.directory.feeds
    return [family.whole(newsroom.publisher) for family in families if family.each == "one"]


def discovery(definitions: Iterable[FeedDefinition]) -> str:
    """What tells a browser, or a feed reader, which feeds a page has: `<link rel=alternate>` for each and format."""
    return "\n".join(
        f'<link rel="alternate" type="{_essence(suffix)}" title="{escape(one.title)}" href="{_address(one, suffix)}">'
        for one in definitions
        for suffix in FEED_FORMATS
    )


def entries(definitions: Iterable[FeedDefinition]) -> str:
    """The same for people: a line for each."""
    return "\n".join(
        f"<li>{escape(one.title)}: "
        + " ".join(f'<a href="{_address(one, suffix)}">{suffix}</a>' for suffix in FEED_FORMATS)
        + "</li>"
        for one in definitions
    )


def _groups(newsroom: Newsroom, names: Names, system: System) -> Iterable[str]:
    yield f"<ul>\n{entries(single_feeds(newsroom))}\n</ul>"
    for family in newsroom.directory.feeds:
        if family.each not in _NAMED:
            continue
        known = names.of(family, system)
        found = [newsroom.directory.definition(name, newsroom.publisher) for name in dict.fromkeys(family.ids(known))]
        pattern = f"<p><small><code>/feeds/{family.id}/…</code></small></p>"
        listed = entries(definition for definition in found if definition and definition.audience == PUBLIC)
        heading = _NAMED[family.each]
        yield f"<h2>{heading}</h2>\n{pattern}\n<ul>\n{listed}\n</ul>"


def _address(definition: FeedDefinition, suffix: str) -> str:
    return escape(f"/feeds/{quote(definition.id)}.{suffix}")


def _essence(suffix: str) -> str:
    return escape(feed_format(suffix).MEDIA_TYPE.split(";")[0])
