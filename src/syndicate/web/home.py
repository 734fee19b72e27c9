"""Who may ask, by HTTP? A person with a browser: one page that says which feeds and probes there are."""

from html import escape
from string import Template
from types import MappingProxyType

from fastapi import Request, Response

from syndicate.assemble import System
from syndicate.web.feed_list import CONTENT_POLICY, discovery, entries, single_feeds

_PROBES = MappingProxyType(
    {
        "/healthz": "进程是否在运行 · does the process answer",
        "/readyz": "能否接收稿件 · can it take events in",
        "/status": "运行状况 · what is waiting, and who is working",
        "/metrics": "Prometheus 指标 · metrics",
        "/schemas/article-event.json": "稿件事件的 JSON Schema · the contract of POST /events",
        "/news-sitemap.xml": "Google News 站点地图 · news sitemap",
        "/openapi.json": "OpenAPI",
    }
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
<li><a href="/feeds">按栏目、关键词、作者 <span lang="en">By section, keyword and author</span></a></li>
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
    """`GET /`: the main public feeds, for people and feed readers (autodiscovery), and where to look for the rest."""
    system: System = request.app.state.system
    publisher, definitions = system.newsroom.publisher, single_feeds(system.newsroom)
    text = _PAGE.substitute(
        language=escape(publisher.language),
        site=escape(publisher.site_name),
        home=escape(publisher.home_url),
        licence=escape(system.newsroom.addresses.page),
        discovery=discovery(definitions),
        feeds=entries(definitions),
        probes="\n".join(f'<li><a href="{path}"><code>{path}</code></a> {said}</li>' for path, said in _PROBES.items()),
    )
    return Response(text, headers={"Content-Security-Policy": CONTENT_POLICY}, media_type="text/html")
