"""The usual design: one Celery task for each delivery, requests, and one commit when the answer is there.

Run in an environment that has celery[redis] and requests; nothing of syndicate is imported.
"""

import hashlib
import hmac
import os
import sqlite3
import time
from typing import Any

import requests
from celery import Celery

app = Celery("usual", broker=os.environ["BENCH_BROKER"])
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    broker_transport_options={"visibility_timeout": 3600},
)
_made: dict[str, Any] = {}


def _mine() -> tuple[requests.Session, sqlite3.Connection]:
    if not _made:
        _made["session"] = requests.Session()
        _made["database"] = database = sqlite3.connect(os.environ["BENCH_DATABASE"], timeout=30)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
    return _made["session"], _made["database"]


@app.task(name="deliver")  # type: ignore[untyped-decorator]
def deliver(delivery: int) -> None:
    """Send one delivery, signed, and write down that it went."""
    session, database = _mine()
    url, content = database.execute(
        "SELECT d.url, b.content FROM deliveries d JOIN bodies b ON b.id = d.body WHERE d.id = ?", (delivery,)
    ).fetchone()
    stamp = str(int(time.time()))
    signed = f"{delivery}.{stamp}.".encode() + content
    signature = hmac.new(b"a secret of thirty-two bytes ...", signed, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Timestamp": stamp, "X-Signature": signature}
    answer = session.post(url, data=content, headers=headers, timeout=10)
    answer.raise_for_status()
    with database:
        database.execute("UPDATE deliveries SET state = 'delivered' WHERE id = ?", (delivery,))
        database.execute("INSERT INTO attempts (delivery, status) VALUES (?, ?)", (delivery, answer.status_code))


def fill(urls: list[str], content: bytes, many: int) -> None:
    """Make the rows."""
    _, database = _mine()
    with database:
        database.executescript(
            "CREATE TABLE bodies (id INTEGER PRIMARY KEY, content BLOB);"
            "CREATE TABLE deliveries (id INTEGER PRIMARY KEY, url TEXT, body INTEGER, state TEXT);"
            "CREATE TABLE attempts (id INTEGER PRIMARY KEY, delivery INTEGER, status INTEGER);"
        )
        database.execute("INSERT INTO bodies VALUES (1, ?)", (content,))
        rows = [(number, urls[number % len(urls)], 1, "waiting") for number in range(many)]
        database.executemany("INSERT INTO deliveries VALUES (?, ?, ?, ?)", rows)


def enqueue(many: int) -> None:
    """Hand the deliveries over."""
    for number in range(many):
        deliver.delay(number)
