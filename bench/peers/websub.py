"""flask-websub 0.4.1, as its documentation has it: a hub with that many subscribers, told of one change.

Run in an environment of its own that has flask-websub and celery[redis].
"""

import base64
import os

from celery import Celery
from flask import Flask
from flask_websub.hub import Hub, SQLite3HubStorage

TOPIC = "https://news.example/feed.atom"

flask = Flask(__name__)
app = Celery("websub", broker=os.environ["BENCH_BROKER"])
hub = Hub(SQLite3HubStorage(os.environ["BENCH_DATABASE"]), app, BACKOFF_BASE=1.0)


def fill(urls: list[str], content: bytes, many: int) -> None:  # noqa: ARG001 - the content comes with the change
    """Subscribe so many, each with a secret."""
    for number in range(many):
        callback = f"{urls[number % len(urls)]}/{number}"
        hub.storage[TOPIC, callback] = {"lease_seconds": 86_400, "secret": "a secret of thirty-two bytes ..."}


def enqueue(content: bytes) -> None:
    """Tell the hub of the change."""
    links = f'<{TOPIC}>; rel="self", <https://hub.example/>; rel="hub"'
    headers = {"Link": links, "Content-Type": "application/json"}
    hub.send_change_notification.delay(TOPIC, {"headers": headers, "content": base64.b64encode(content).decode()})
