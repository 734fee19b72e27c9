"""A ledger in which so many deliveries wait, written in bulk: what is measured is the sending."""

import base64
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from syndicate.ledger import contents, partners, tables
from syndicate.ledger.contents import Packed
from syndicate.ledger.database import Ledger
from syndicate.ledger.lines import lines_of
from syndicate.ledger.migrate import migrate
from syndicate.model.delivery import delivery_id
from syndicate.model.partner import Destination, Partner
from syndicate.transports.webhook import WebhookSettings

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
AT_ONCE = 5_000


@dataclass(frozen=True)
class Load:
    """How much waits for whom. Each article goes to every destination, as one content: they have the same terms."""

    urls: Sequence[str]
    deliveries: int
    body_bytes: int = 5_000
    concurrency: int = 8
    ca: str = ""


def body(number: int, size: int) -> bytes:
    """An article of that size as JSON, which compresses about as well as text does."""
    words = base64.b64encode(random.Random(number).randbytes(size // 2)).decode()
    told = f'{{"uri":"a-{number}","body":"{words}'
    return (told + "渡" * ((size - len(told) - 2) // 3) + '"}').encode()


def fill(file: Path, load: Load) -> Ledger:
    """Make a ledger with that load in it."""
    file.unlink(missing_ok=True)
    ledger = Ledger(f"sqlite:///{file}")
    migrate(ledger)
    now = datetime.now(UTC)
    settings = {"secret": "bench", "network": "internal", "ca": "bench-ca" if load.ca else ""}
    settings = {name: value for name, value in settings.items() if value}
    told = [
        Partner(
            id=f"p-{number:05}",
            name=f"Partner {number}",
            destinations=(
                Destination(
                    name="push",
                    transport="webhook",
                    format="ninjs",
                    concurrency=load.concurrency,
                    settings=settings | {"url": url},
                ),
            ),
        )
        for number, url in enumerate(load.urls)
    ]
    WebhookSettings.model_validate(told[0].destinations[0].settings)
    with ledger.write() as connection:
        partners.remember(connection, told, now=now)
        names = [partner.destination_id(partner.destinations[0]) for partner in told]
        lines = {line.destination_id: line.number for line in lines_of(connection, names)}
    for start in range(0, load.deliveries, AT_ONCE):
        _add(ledger, load, range(start, min(start + AT_ONCE, load.deliveries)), lines, now)
    return ledger


def _add(ledger: Ledger, load: Load, numbers: range, lines: Mapping[str, int], now: datetime) -> None:
    many = len(load.urls)
    with ledger.write() as connection:
        manifest = contents.keep(connection, b"{}")
        packed: dict[int, Packed] = {}
        rows = []
        for number in numbers:
            article, place = divmod(number, many)
            if article not in packed:
                packed[article] = contents.pack(body(article, load.body_bytes))
                contents.keep(connection, packed[article])
            rows.append(_row(article, place, packed[article].digest, manifest, now))
            rows[-1]["line"] = lines[rows[-1]["destination_id"]]
        new = [_article(number) for number in packed if number * many >= numbers.start]
        if new:
            connection.execute(insert(tables.articles), new)
        connection.execute(insert(tables.deliveries), rows)


def _article(number: int) -> dict[str, Any]:
    return {
        "id": f"jingshan-{number:08}",
        "uri": f"tag:bench.example,2026-01-01:article:{number}",
        "head_revision": 1,
        "planned_revision": 1,
        "version": 1,
        "withdrawn": False,
        "final": False,
    }


def _row(article: int, place: int, digest: str, manifest: str, now: datetime) -> dict[str, Any]:
    name, destination = f"jingshan-{article:08}", f"p-{place:05}/push"
    return {
        "id": delivery_id(destination=destination, article=name, revision=1, edition=1, action="publish"),
        "article_id": name,
        "revision": 1,
        "edition": 1,
        "partner_id": f"p-{place:05}",
        "destination_id": destination,
        "number": article + 1,
        "action": "publish",
        "lane": "deliver",
        "state": "waiting",
        "reason": "cleared under agreement JSRM-2026-101",
        "due_at": now - timedelta(minutes=1),
        "expires_at": now + timedelta(days=300),
        "body": digest,
        "media_type": "application/json",
        "manifest": manifest,
        "created_at": now,
    }
