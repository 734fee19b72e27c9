"""A newsroom to ask by HTTP: feeds, partners, an inline queue, and a clock that stands still."""

import asyncio
import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from syndicate.assemble import System, assemble
from syndicate.dispatch.inline import Inline
from syndicate.ledger.migrate import migrate
from syndicate.model.step import BuildFeed
from syndicate.settings import Web, read_settings
from syndicate.web.app import make_app
from syndicate.web.limits import Limits
from syndicate.web.tokens import issue

SHIPPED = Path(__file__).parents[2] / "config"
NOW = datetime(2026, 5, 6, 2, 0, 0, 400_000, tzinfo=UTC)
BASE = "https://feeds.hupan.example"

SETTINGS = f"""
[publisher]
name = "湖畔新闻网"
site_name = "湖畔网 <&>"
organisation = "湖畔县融媒体中心"
own_names = ["湖畔新闻网"]
home_url = "https://www.hupan.example/"
licence_url = "https://www.hupan.example/版权"
contact = "desk@hupan.example"
tag_authority = "hupan.example"
tag_date = 2026-01-01

[web]
base_url = "{BASE}/"
max_event_bytes = 65536
"""
FEEDS = {
    "all": 'title = "{site}"\ndescription = "全部"\n',
    "sections": 'each = "section"\ntitle = "{site} · {section}"\ndescription = "栏目"\n',
    "partners": 'each = "partner"\ntitle = "供{partner}"\ndescription = "全文"\nbody = "full"\n',
}
PARTNERS = {
    "chenbao": 'name = "江北晨报"\n[agreement]\nnumber = "HP-1"\nstarts = 2026-01-01\nends = 2026-12-31\n',
    "wanbao": 'name = "江南晚报"\n[agreement]\nnumber = "HP-2"\nstarts = 2026-01-01\nends = 2026-05-05\n',
    "ribao": 'name = "无约日报"\n',
}


@dataclass(frozen=True)
class Answer:
    """What came back: header names in lower case, the body as it travelled."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass(frozen=True)
class Newsroom:
    """A System, what it handed over, and a way to ask it."""

    system: System
    queue: Inline

    def ask(self, method, path, *, headers=None, content=None, at=None) -> Answer:
        """Ask once. The path goes out as written; `at` moves the clock. An error that nobody handles is raised here."""
        app = make_app(replace(self.system, clock=lambda: at) if at else self.system)
        try:
            return asyncio.run(_ask(app, method, path, headers or {}, content))
        finally:
            app.state.fetches.flush()

    def ask_often(self, times, path, *, address="127.0.0.1", **headers) -> list[Answer]:
        """Ask one application the same so many times in no time, from an address."""
        app, sent = make_app(self.system), {name.replace("_", "-"): said for name, said in headers.items()}
        app.state.limits = Limits(self.system.settings.web, ticks=lambda: 0.0)

        async def in_turn():
            return [await _ask(app, "GET", path, sent, None, address) for _ in range(times)]

        return asyncio.run(in_turn())

    def ask_all(self, *asked) -> list[Answer]:
        """Ask one application many times, which counts nothing: (method, path, headers)."""
        app = make_app(self.system)
        app.state.limits = Limits(Web(token_per_minute=0, address_per_minute=0))

        async def in_turn():
            return [await _ask(app, method, path, headers, None) for method, path, headers in asked]

        return asyncio.run(in_turn())

    def get(self, path, *, at=None, **headers) -> Answer:
        return self.ask("GET", path, at=at, headers={name.replace("_", "-"): said for name, said in headers.items()})

    def post(self, body, *, token="", path="/events", media_type="application/cloudevents+json", **headers) -> Answer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"content-type": media_type, "authorization": f"Bearer {token}"}
        return self.ask("POST", path, content=content, headers=sent | headers)

    def token(self, *scopes, partner_id=None, name="试用") -> str:
        return issue(self.system.ledger, name=name, scopes=scopes, partner_id=partner_id, now=NOW)

    def published(self, **changes) -> None:
        """Take in an article, and do all that follows."""
        self.system.accept(an_event(**changes))
        self.queue.run(self.system.perform)

    def built(self, feed_id) -> None:
        self.system.sweep()
        self.queue.run(self.system.perform)
        self.system.perform(BuildFeed(feed_id=feed_id))


async def _ask(app, method, path, headers, content, address="127.0.0.1") -> Answer:
    transport = httpx.ASGITransport(app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        del client.headers["accept-encoding"]
        request = client.build_request(method, path, headers=headers, content=content)
        answer = await client.send(request, stream=True)
        return Answer(answer.status_code, answer.headers, b"".join([piece async for piece in answer.aiter_raw()]))


def an_article(**changes):
    return {
        "id": "hp-1",
        "version": 1,
        "url": "https://www.hupan.example/a/1.html",
        "headline": "芦苇荡里来了新住客",
        "summary": "六只白鹭在湖心岛筑巢。",
        "body_html": "<p>清晨的湖面起了薄雾，六只白鹭落在湖心岛上。</p>",
        "section": ["湖区", "观鸟 手记"],
        "reporters": ["柳亦舟"],
        "editor": "孟晚晴",
        "origin": {"kind": "own"},
        "published_at": "2026-05-06T09:00:00+08:00",
    } | changes


def an_event(*, id="e-1", type="article.published", data=None, **changes):
    return {
        "specversion": "1.0",
        "id": id,
        "source": "https://cms.hupan.example/",
        "type": type,
        "data": data or an_article(**changes),
    }


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@contextmanager
def a_newsroom(
    folder: Path, *, depth=dict, licence="", ledger=None, feeds=FEEDS, settings="", url=""
) -> Iterator[Newsroom]:
    """A newsroom in an empty folder, with licence and feeds in these words of TOML; on another's `ledger`, or `url`.

    `settings` are more of them in TOML.
    """
    config = folder / "config"
    shutil.copytree(SHIPPED / "notices", config / "notices")
    _write(config, {"syndicate": SETTINGS + settings})
    _write(config / "feeds", feeds)
    _write(config / "partners", PARTNERS)
    if licence:
        _write(config, {"licence": licence})
    queue = Inline()
    url = ledger.system.settings.ledger if ledger else url
    system = assemble(read_settings(config, data_dir=folder / "data", ledger_url=url), handover=queue, depth=depth)
    system = replace(system, clock=lambda: NOW)
    migrate(system.ledger)
    try:
        yield Newsroom(system=system, queue=queue)
    finally:
        system.close()


def _write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
