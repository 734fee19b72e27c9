"""A newsroom that really runs: its own Redis, Celery workers in their own processes, HTTP receivers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.live import Live
from tests.fakes.partner import FakePartner

PARTNERS = ("jingchu", "jingmen", "zhongxiang")


@pytest.fixture
def partners() -> Iterator[dict[str, FakePartner]]:
    """Three partners' servers."""
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
