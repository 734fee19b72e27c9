"""Hands Steps to Celery. The only module of this package that knows Celery.

The settings follow what was measured (docs/decisions/0004): late acknowledgement, ids only, no results, no ETA. None of
them makes Redis at-least-once, so nothing depends on it: the ledger is swept.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

import structlog
from celery import Celery
from kombu.exceptions import ChannelError, OperationalError

from syndicate.dispatch.routes import TASKS, lane_of
from syndicate.model.step import LANES, Beat, Lane, Step

log = structlog.get_logger(__name__)

BEAT_EXPIRES_S = 60
LEAVE_ALONE_S = 5.0
ANSWER_WITHIN_S = 1.0  # a broker's answer, to somebody who has better things to do than wait for it
TASK_TIME_LIMIT_S = 300
UNREACHABLE = (OperationalError, ChannelError, OSError)


def make_app(broker_url: Callable[[], str], *, hasty: bool = False) -> Celery:
    """A Celery application that asks for its broker only when it is first needed, so that importing does nothing.

    Who consumes waits for its broker as long as it takes; who is `hasty`, only a moment.
    """
    app = Celery("syndicate", set_as_current=False)
    app.add_defaults(lambda: _configuration(broker_url(), hasty=hasty))
    return app


def _configuration(broker_url: str, *, hasty: bool) -> dict[str, Any]:
    address, _, query = broker_url.partition("?") if broker_url.startswith("sentinel") else (broker_url, "", "")
    return {
        "broker_url": address,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # a worker waits for its broker as long as it takes
        "broker_transport_options": _transport_options(address, hasty=hasty) | dict(parse_qsl(query)),
        # RabbitMQ alone reads the type. Celery declares its delay queues beside quorum queues: nothing goes there.
        "task_queues": {lane: {"queue_arguments": {"x-queue-type": "quorum"}} for lane in LANES},
        "broker_native_delayed_delivery_queue_type": "classic",
        "task_default_queue": "intake",
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_time_limit": TASK_TIME_LIMIT_S,
        "task_publish_retry": False,
        "worker_prefetch_multiplier": 1,
        "worker_concurrency": 1,
        "worker_max_tasks_per_child": 10_000,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_enable_remote_control": False,  # nobody pings: a lane is alive when it consumes
        "worker_hijack_root_logger": False,
        "worker_send_task_events": False,
        "enable_utc": True,
    }


def _transport_options(broker_url: str, *, hasty: bool) -> dict[str, Any]:
    # Who hands over must not wait long for a broker that is away. These don't bound a worker's own patience.
    brief = {"connect_retries_timeout": 1, "max_retries": 1, "interval_start": 0, "interval_max": 0.5}
    if not broker_url.startswith(("redis", "sentinel")):
        waits = {"read_timeout": ANSWER_WITHIN_S, "write_timeout": ANSWER_WITHIN_S} if hasty else {}
        return brief | {"confirm_publish": True} | waits
    return brief | {
        "visibility_timeout": TASK_TIME_LIMIT_S * 2,
        "unacked_restore_interval": 5,
        "max_connections": 60,
        "health_check_interval": 25,
        "socket_connect_timeout": ANSWER_WITHIN_S if hasty else 3,
        "socket_timeout": ANSWER_WITHIN_S if hasty else 20,
        "socket_keepalive": not broker_url.startswith("redis+socket"),
        "retry_on_timeout": not hasty,
    }


class CeleryHandover:
    """Puts Steps on their lanes' queues. A broker that didn't answer is left alone a while, so that nobody waits."""

    def __init__(self, broker_url: str) -> None:
        self._app = make_app(lambda: broker_url, hasty=True)
        self._turn = threading.Lock()  # so that a broker which doesn't answer is waited for by all together, once
        self._leave_alone_until = 0.0

    def __call__(self, steps: Sequence[Step]) -> None:
        """Send what can be sent. A broker that can't be reached costs time, not facts: `sweep` sends it later."""
        with self._turn:
            if time.monotonic() < self._leave_alone_until:
                return
            try:
                for step in dict.fromkeys(steps):
                    self._send(step)
            except UNREACHABLE as error:
                self._leave_alone_until = time.monotonic() + LEAVE_ALONE_S
                log.warning("broker.unreachable", steps=len(steps), error=type(error).__name__)

    def depth(self) -> dict[Lane, int] | None:
        """How many messages wait in each lane; None when the broker can't be reached."""
        connection = self._app.connection_for_read(connect_timeout=ANSWER_WITHIN_S)
        try:
            with connection:
                connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=ANSWER_WITHIN_S)
                return {lane: _depth(connection, lane) for lane in LANES}
        except (*UNREACHABLE, *connection.connection_errors):
            return None

    def _send(self, step: Step) -> None:
        self._app.send_task(
            TASKS[type(step)],
            kwargs=step.model_dump(mode="json"),
            queue=lane_of(step),
            expires=BEAT_EXPIRES_S if isinstance(step, Beat) else None,
        )


def _depth(connection: Any, lane: Lane) -> int:  # noqa: ANN401 - kombu has no types
    try:
        with connection.channel() as channel:
            return int(channel.queue_declare(queue=lane, passive=True).message_count)
    except ChannelError:
        return 0  # a queue that nobody has put anything into yet
