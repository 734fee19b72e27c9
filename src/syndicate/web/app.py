"""Who may ask, by HTTP? The whole surface is the table below; nothing here decides anything."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool

from syndicate.assemble import System
from syndicate.model.event import STRUCTURED
from syndicate.web import events, feed_list, feeds, home, hub, licence, policies, probes, sitemap, why
from syndicate.web.answers import HANDLERS
from syndicate.web.fetched import FetchBook
from syndicate.web.journal import Journal
from syndicate.web.limits import Limits, limited

ROUTES: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("POST", "/events", events.take_in),
    ("POST", "/dry-run", events.dry_run),
    ("GET", "/schemas/article-event.json", events.schema),
    ("GET", "/feeds/{feed_id:path}.{suffix}", feeds.read),
    ("POST", "/hub", hub.ask),
    ("GET", "/feeds", feed_list.page),
    ("GET", "/feed.css", feed_list.stylesheet),
    ("GET", sitemap.PATH, sitemap.read),
    ("GET", "/archives/{feed_id:path}/{month}.{suffix}", feeds.read_archive),
    ("GET", "/licence", licence.current),
    ("GET", "/licence/{version}", licence.page),
    ("GET", "/license.xml", licence.machine_readable),
    ("GET", "/policies/public", policies.public),
    ("GET", "/policies/{version}", policies.own),
    ("GET", "/policies/{partner}/{version}", policies.of_partner),
    ("GET", "/robots.txt", licence.robots),
    ("GET", "/.well-known/tdmrep.json", licence.reservation),
    ("GET", "/why/{article_id}", why.read),
    ("GET", "/healthz", probes.healthz),
    ("GET", "/readyz", probes.readyz),
    ("GET", "/status", probes.look),
    ("GET", "/metrics", probes.metrics),
    ("GET", "/", home.page),
)
LIMITED = ("/feeds", "/archives", "/policies", "/news-sitemap.xml")
_EVENT_BODY = {
    "requestBody": {
        "required": True,
        "content": {STRUCTURED: {"schema": {"$ref": "/schemas/article-event.json"}}},
    }
}
_HUB_BODY = {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {}}}}
_BODIES: Mapping[str, dict[str, Any]] = MappingProxyType(
    {"/events": _EVENT_BODY, "/dry-run": _EVENT_BODY, "/hub": _HUB_BODY}
)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    book: FetchBook = app.state.fetches
    book.start()
    yield
    await run_in_threadpool(book.stop)


def make_app(system: System) -> FastAPI:
    """The application for one System, which stays the caller's to close. No pages that load scripts from elsewhere."""
    app = FastAPI(
        title="syndicate",
        description="Events about articles in, feeds out.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers=dict(HANDLERS),
        lifespan=_lifespan,
    )
    app.state.system = system
    app.state.fetches = FetchBook(system.ledger)
    app.state.recent = sitemap.Recent()
    app.state.names = feed_list.Names()
    app.state.limits = Limits(system.settings.web)
    app.state.depth = probes.RecentDepth(system.depth)
    app.add_middleware(Journal)
    for method, path, answer in ROUTES:
        first = [Depends(limited)] if path.startswith(LIMITED) else []
        extra = _BODIES.get(path)
        app.add_api_route(path, answer, methods=[method], response_model=None, openapi_extra=extra, dependencies=first)
        if method == "GET":
            app.add_api_route(
                path, answer, methods=["HEAD"], response_model=None, include_in_schema=False, dependencies=first
            )
    return app
