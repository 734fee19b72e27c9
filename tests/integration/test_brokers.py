"""How do stages hand over? By real brokers: what they take is counted, and one that hangs costs nobody much time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import amqp
import pytest
from structlog.testing import capture_logs

from syndicate.dispatch.celery import ANSWER_WITHIN_S, CeleryHandover
from syndicate.model.step import LANES, BuildFeed, Deliver, Lane, Plan, Withdraw
from tests.fakes.brokers import Broker, RabbitMQ, redis_of_our_own, sentinel_of_our_own

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A Redis that the tests share."""
    with redis_of_our_own(tmp_path_factory.mktemp("r")) as broker:
        yield broker


@pytest.fixture(scope="module")
def rabbitmq() -> Iterator[Broker]:
    """A RabbitMQ that the tests share."""
    with RabbitMQ() as broker:
        yield broker


@pytest.fixture(params=["redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> Broker:
    """Each of them; whatever a test before has left in their queues is there still."""
    found: Broker = request.getfixturevalue(request.param)
    return found


def waiting(handover: CeleryHandover) -> dict[Lane, int]:
    depth = handover.depth()
    assert depth is not None
    return depth


@contextmanager
def a_channel(rabbitmq: Broker) -> Iterator[amqp.Channel]:
    address = rabbitmq.url.removeprefix("amqp://guest:guest@").strip("/")
    with amqp.Connection(address) as connection, connection.channel() as channel:
        yield channel


def test_a_step_waits_in_its_lane_until_somebody_takes_it(broker: Broker):
    handover = CeleryHandover(broker.url)
    before = waiting(handover)

    handover([Plan(article_id="a-1"), Withdraw(article_id="a-2"), Deliver(lane="retract")])

    after = waiting(handover)
    assert {lane: after[lane] - before[lane] for lane in LANES} == {
        "withdraw": 1,
        "retract": 1,
        "intake": 1,
        "deliver": 0,
        "slow": 0,
        "feeds": 0,
    }


def test_a_broker_that_hangs_is_waited_for_a_moment_and_then_left_alone(broker: Broker):
    handover = CeleryHandover(broker.url)
    handover([Plan(article_id="a-1")])

    broker.hang()
    try:
        began = time.monotonic()
        with capture_logs() as logs:
            handover([Plan(article_id="a-2")])
        told = time.monotonic()
        handover([Plan(article_id="a-3")])
        left_alone = time.monotonic()
        depth = handover.depth()
    finally:
        broker.go_on()

    assert [line["event"] for line in logs] == ["broker.unreachable"]  # RabbitMQ too: it has not confirmed the message
    assert told - began < 8 * ANSWER_WITHIN_S
    assert left_alone - told < 0.1
    assert depth is None


def test_rabbitmqs_queues_are_quorum_queues(rabbitmq: Broker):
    CeleryHandover(rabbitmq.url)([Deliver(lane="slow")])

    with a_channel(rabbitmq) as channel:  # RabbitMQ refuses to declare a queue again as one of another type
        channel.queue_declare("slow", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})


def test_a_queue_that_is_there_with_another_type_costs_a_line_in_the_log(rabbitmq: Broker):
    with a_channel(rabbitmq) as channel:
        channel.queue_declare("feeds", durable=True, auto_delete=False)

    with capture_logs() as logs:
        CeleryHandover(rabbitmq.url)([BuildFeed(feed_id="all")])

    assert [(line["event"], line["error"]) for line in logs] == [("broker.unreachable", "PreconditionFailed")]


def test_redis_is_found_through_sentinel(tmp_path: Path):
    with sentinel_of_our_own(tmp_path) as url:
        handover = CeleryHandover(url)

        handover([Plan(article_id="a-1")])

        assert waiting(handover)["intake"] == 1
