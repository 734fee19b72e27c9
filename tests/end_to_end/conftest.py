"""A newsroom that really runs: its own Redis, Celery workers in their own processes, HTTP receivers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fakes.live import Live
from tests.fakes.partner import FakePartner

PARTNERS = ("jingchu", "jingmen", "zhongxiang")


@pytest.fixture
def partners() -> Iterator[dict[str, FakePartner]]:
    """Three partners' servers."""
    with three_partners() as servers:
        yield servers


@contextmanager
def three_partners() -> Iterator[dict[str, FakePartner]]:
    """Three partners' servers, for as long as the caller likes."""
    servers = {name: FakePartner() for name in PARTNERS}
    for server in servers.values():
        server.start()
    yield servers
    for server in servers.values():
        server.stop()


@pytest.fixture
def live(tmp_path: Path, partners: dict[str, FakePartner]) -> Iterator[Live]:
    """A running newsroom with these partners."""
    with Live(tmp_path, partners) as running:
        yield running


def see_delivered(live: Live, partners: Mapping[str, FakePartner], *articles: str, many: int = 3) -> None:
    """Wait until so many deliveries of each of these articles have arrived, each of them once."""
    for article in articles:
        live.wait_for(
            lambda article=article: [row.state for row in live.deliveries(article)] == ["delivered"] * many,
            timeout_s=60,
        )
    keys = Counter(seen.headers["webhook-id"] for partner in partners.values() for seen in partner.requests)
    arrived = {row.id: keys[row.id] for article in articles for row in live.deliveries(article)}
    assert set(arrived.values()) == {1}
