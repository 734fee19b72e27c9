"""The whole system with a broker of somebody else's, Redis or RabbitMQ, which goes away in the middle of it all."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.builders import an_event
from tests.end_to_end.conftest import see_delivered
from tests.fakes.brokers import RabbitMQ, redis_of_our_own
from tests.fakes.live import Live
from tests.fakes.partner import FakePartner


def test_a_redis_by_url_that_is_stopped_and_started_again_loses_nothing(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, partners: dict[str, FakePartner]
) -> None:
    with (
        redis_of_our_own(tmp_path_factory.mktemp("r")) as redis,
        Live(tmp_path, partners, broker_url=redis.url) as live,
    ):
        redis.stop()
        began = time.monotonic()
        live.publish(an_event("published", "a-1"))
        took_s = time.monotonic() - began
        live.wait_for(lambda: live.log("clock").count("broker.unreachable") >= 1, timeout_s=30)
        redis.start()

        see_delivered(live, partners, "a-1")
        assert took_s < 3


def test_by_rabbitmq_it_is_published_corrected_and_withdrawn_though_the_broker_dies_in_the_middle(
    tmp_path: Path, partners: dict[str, FakePartner]
) -> None:
    with RabbitMQ() as rabbitmq, Live(tmp_path, partners, broker_url=rabbitmq.url) as live:
        live.publish(an_event("published", "a-1"))
        see_delivered(live, partners, "a-1")
        by_now = datetime.now(UTC)
        live.wait_for(lambda: live.is_heard(since=by_now), timeout_s=30)  # a queue made just now would not survive it

        rabbitmq.kill()
        live.publish(an_event("updated", "a-1", version=2))
        live.publish(an_event("published", "a-2"))
        rabbitmq.start()

        see_delivered(live, partners, "a-1", many=6)
        live.publish(an_event("withdrawn", "a-1", version=3))
        see_delivered(live, partners, "a-1", many=9)
        see_delivered(live, partners, "a-2")
        live.wait_for(lambda: live.run("status").returncode == 0, timeout_s=30)
