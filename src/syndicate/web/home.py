"""Who may ask, by HTTP? A person with a browser: one page that says which feeds and probes there are."""

from html import escape
from string import Template
from types import MappingProxyType
from urllib.parse import quote

from fastapi import Request, Response

from syndicate.assemble import System
from syndicate.formats import FEED_FORMATS, feed_format
from syndicate.ledger import feeds
from syndicate.model.clearance import PUBLIC
from syndicate.model.story import FeedDefinition

_PROBES = MappingProxyType(
    {
        "/healthz": "进程是否在运行 · does the process answer",
        "/readyz": "能否接收稿件 · can it take events in",
        "/status": "运行状况 · what is waiting, and who is working",
        "/metrics": "Prometheus 指标 · metrics",
        "/schemas/article-event.json": "稿件事件的 JSON Schema · the contract of POST /events",
        "/openapi.json": "OpenAPI",
    }
)
CONTENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = Template(
    """<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$site · 稿件分发 Syndication</title>
$discovery
<style>body { font-family: sans-serif; line-height: 1.6; max-width: 48em; margin: 2em auto; padding: 0 1em }</style>
</head>
<body>
<h1><a href="$home">$site</a> · 稿件分发 <span lang="en">Syndication</span></h1>
<h2>公开订阅源 <span lang="en">Public feeds</span></h2>
<p>标题、摘要与链接。<span lang="en">Headlines, summaries and links.</span>
<a rel="license" href="$licence">版权与许可 <span lang="en">Copyright and licence</span></a></p>
<ul>
$feeds
</ul>
<p>签约媒体的全文订阅源须凭令牌访问。<span lang="en">Partners read their own full-text feeds with a token.</span></p>
<h2>接口 <span lang="en">Addresses</span></h2>
<ul>
$probes
</ul>
</body>
</html>
"""
)


def page(request: Request) -> Response:
    """`GET /`: the public feeds, for people and for feed readers (autodiscovery), and where to look for the rest."""
    system: System = request.app.state.system
    publisher, definitions = system.newsroom.publisher, _public(system)
    text = _PAGE.substitute(
        language=escape(publisher.language),
        site=escape(publisher.site_name),
        home=escape(publisher.home_url),
        licence=escape(system.newsroom.addresses.page),
        discovery="\n".join(_discovery(definition) for definition in definitions),
        feeds="\n".join(_entry(definition) for definition in definitions),
        probes="\n".join(f'<li><a href="{path}"><code>{path}</code></a> {said}</li>' for path, said in _PROBES.items()),
    )
    return Response(text, headers={"Content-Security-Policy": CONTENT_POLICY}, media_type="text/html")


def _public(system: System) -> list[FeedDefinition]:
    """The public feeds there are: the configured ones, and the sections that have had an article."""
    directory, publisher = system.newsroom.directory, system.newsroom.publisher
    with system.ledger.read() as connection:
        ids = [state.id for state in feeds.every(connection)]
    found = [directory.definition(feed_id, publisher) for feed_id in ids]
    known = directory.standing_feeds(publisher) + [definition for definition in found if definition]
    return list({definition.id: definition for definition in known if definition.audience == PUBLIC}.values())


def _address(definition: FeedDefinition, suffix: str) -> str:
    return escape(f"/feeds/{quote(definition.id)}.{suffix}")


def _discovery(definition: FeedDefinition) -> str:
    title = escape(definition.title)
    return "\n".join(
        f'<link rel="alternate" type="{_essence(suffix)}" title="{title}" href="{_address(definition, suffix)}">'
        for suffix in FEED_FORMATS
    )


def _entry(definition: FeedDefinition) -> str:
    links = " ".join(f'<a href="{_address(definition, suffix)}">{suffix}</a>' for suffix in FEED_FORMATS)
    return f"<li>{escape(definition.title)}: {links}</li>"


def _essence(suffix: str) -> str:
    return escape(feed_format(suffix).MEDIA_TYPE.split(";")[0])
