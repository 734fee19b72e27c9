"""Django's syndication framework: what `django.contrib.syndication` writes a feed with, all of it at every request.

Run in an environment of its own that has Django. Told on its input: {many, body, rounds}; tells seconds by format.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from statistics import median

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed

settings.configure(USE_TZ=True)
NOON = datetime(2026, 5, 6, 4, tzinfo=UTC)


def write(kind: type[Atom1Feed] | type[Rss201rev2Feed], many: int, body: str) -> float:
    """Write a feed of so many entries; how long that took, in seconds."""
    began = time.perf_counter()
    feed = kind(title="青石湾在线", link="https://news.example/", description="全部稿件", language="zh-cn")
    for number in range(many):
        feed.add_item(
            title=f"第{number}班船",
            link=f"https://news.example/{number}.html",
            description=body,
            unique_id=f"tag:news.example,2020-01-01:article:{number}",
            author_name="顾晓舟",
            pubdate=NOON - timedelta(minutes=number),
            updateddate=NOON,
            categories=["要闻", "水上"],
        )
    feed.write(StringIO(), "utf-8")
    return time.perf_counter() - began


told = json.load(sys.stdin)
kinds = {"atom": Atom1Feed, "rss": Rss201rev2Feed}
times = {
    name: median(write(kind, told["many"], told["body"]) for _ in range(told["rounds"])) for name, kind in kinds.items()
}
sys.stdout.write(json.dumps(times))
