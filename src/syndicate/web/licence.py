"""Who may ask, by HTTP? Everybody, for the terms on which our work may be used: as they are, and as they ever were."""

import re
from datetime import datetime
from html import escape
from string import Template
from zoneinfo import ZoneInfo

from fastapi import HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from syndicate.assemble import System
from syndicate.formats import rsl, tdmrep
from syndicate.ledger import licences
from syndicate.ledger.licences import Kept
from syndicate.model.licence import Licence, LicenceText
from syndicate.web import sitemap
from syndicate.web.feed_list import CONTENT_POLICY
from syndicate.web.feeds import licence_links

_PAGE = Template(
    """<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title · $site</title>
<link rel="canonical" href="$canonical">
<style>
body { font-family: sans-serif; line-height: 1.6; max-width: 48em; margin: 2em auto; padding: 0 1em }
dt { font-weight: bold } dd { margin: 0 0 0.5em; overflow-wrap: anywhere }
</style>
</head>
<body>
<p><a href="$home">$site</a></p>
$texts
<hr>
<dl>
<dt>许可编号 <span lang="en">Licence</span></dt><dd>$id</dd>
<dt>版本 <span lang="en">Version</span></dt><dd>$version</dd>
<dt>校验值 <span lang="en">SHA-256</span></dt><dd>$digest</dd>
<dt>启用时间 <span lang="en">In use since</span></dt><dd>$since</dd>
<dt>状态 <span lang="en">State</span></dt><dd>$state</dd>
<dt>固定网址 <span lang="en">Permanent address</span></dt><dd><a href="$canonical">$canonical</a></dd>
<dt>联系 <span lang="en">Contact</span></dt><dd>$contact</dd>
</dl>
</body>
</html>
"""
)
_FORM = re.compile(r"[0-9a-f]{12}")
_NO_LICENCE = "there is no licence of record: see the publisher's own page"


def current(request: Request) -> Response:
    """`GET /licence`: on to the version that is in force. 302, or 404 where none was configured."""
    system: System = request.app.state.system
    require_licence(system)
    return RedirectResponse(system.newsroom.addresses.page, 302, machine_headers(system))


def page(request: Request, version: str) -> Response:
    """`GET /licence/VERSION`: every version that was ever in force, for people, in all its languages."""
    system: System = request.app.state.system
    licence, since = _find(system, version)
    publisher, newsroom = system.newsroom.publisher, system.newsroom
    is_current = newsroom.licence is not None and newsroom.licence.version == version
    base = system.settings.web.base_url.rstrip("/")
    text = _PAGE.substitute(
        language=escape(publisher.language),
        site=escape(publisher.site_name),
        home=escape(publisher.home_url),
        title=escape(licence.title(publisher.language)),
        canonical=escape(f"{base}/licence/{version}"),
        texts="\n".join(_section(language, text) for language, text in licence.text.items()),
        id=escape(licence.id),
        version=version,
        digest=licence.digest,
        since=_since(since, publisher.timezone),
        state="现行 · in force" if is_current else '已被取代 · superseded: <a href="/licence">/licence</a>',
        contact=escape(publisher.contact),
    )
    headers = {"Content-Security-Policy": CONTENT_POLICY} | machine_headers(system)
    return Response(text, headers=headers, media_type="text/html")


def machine_readable(request: Request) -> Response:
    """`GET /license.xml`: the licence in RSL 1.0. 404 where none was configured."""
    system: System = request.app.state.system
    newsroom, licence = system.newsroom, require_licence(system)
    found = rsl.document(licence, publisher=newsroom.publisher, addresses=newsroom.addresses)
    return Response(found.body, headers=machine_headers(system), media_type=found.media_type)


def robots(request: Request) -> Response:
    """`GET /robots.txt` (RFC 9309): nothing is forbidden here, where the licence is (RSL 1.0), and the sitemap."""
    system: System = request.app.state.system
    licence = system.newsroom.addresses.machine
    listed = f"Sitemap: {system.settings.web.base_url.rstrip('/')}{sitemap.PATH}"
    lines = [f"License: {licence}", ""] * bool(licence) + ["User-agent: *", "Allow: /", "", listed, ""]
    return Response("\n".join(lines), headers=machine_headers(system), media_type="text/plain")


def reservation(request: Request) -> Response:
    """`GET /.well-known/tdmrep.json` (W3C TDMRep): whether the right to mine our texts is reserved, and the policy."""
    system: System = request.app.state.system
    body = tdmrep.statement(system.newsroom.addresses)
    return Response(body, headers=machine_headers(system), media_type=tdmrep.MEDIA_TYPE)


def require_licence(system: System) -> Licence:
    """The licence in force; 404 where none was configured."""
    if system.newsroom.licence is None:
        raise HTTPException(404, _NO_LICENCE)
    return system.newsroom.licence


def machine_headers(system: System) -> dict[str, str]:
    """What every answer with our terms in it says to machines."""
    found = system.newsroom.addresses
    return {"Cache-Control": "public, max-age=60", "Link": licence_links(found)} | tdmrep.headers(found)


def _find(system: System, version: str) -> tuple[Licence, datetime | None]:
    """This version, and since when it has been in use; the newest may not have been yet."""
    unknown = HTTPException(404, "there never was a licence of this version: see /licence for the one in force")
    if not _FORM.fullmatch(version):
        raise unknown
    with system.ledger.read() as connection:
        kept: Kept | None = licences.find(connection, version)
    if kept:
        return kept
    newest = system.newsroom.licence
    if newest is None or newest.version != version:
        raise unknown
    return newest, None


def _section(language: str, text: LicenceText) -> str:
    paragraphs = "\n".join(f"<li>{escape(paragraph)}</li>" for paragraph in text.paragraphs)
    return f'<section lang="{escape(language)}">\n<h1>{escape(text.title)}</h1>\n<ol>\n{paragraphs}\n</ol>\n</section>'


def _since(since: datetime | None, timezone: str) -> str:
    if since is None:
        return "尚未使用 · not used yet"
    moment = since.astimezone(ZoneInfo(timezone))
    return f'<time datetime="{moment.isoformat(timespec="seconds")}">{moment:%Y-%m-%d %H:%M}</time>'
