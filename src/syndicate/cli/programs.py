"""Which processes make up the system on one machine, and when each of them does its work."""

import http.client
import sys
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from syndicate.cli.supervise import Program
from syndicate.dispatch.redis_server import answers, find_redis_server
from syndicate.ledger import beats
from syndicate.ledger.database import Ledger
from syndicate.model.step import LANES, Lane
from syndicate.perform import worker_name
from syndicate.settings import Settings


def redis(settings: Settings) -> Program:
    """The queue's broker, where no other is configured. Raises `NoRedis`."""
    server = find_redis_server()
    return Program(
        name="redis",
        arguments=server.arguments(socket=settings.redis_socket, data_dir=settings.data_dir),
        ready=lambda _: answers(settings.broker),
        address=f"{server.version} on a private socket",
    )


def clock(settings: Settings, ledger: Ledger) -> Program:
    """What finds whatever is due, and asks for signs of life."""
    return Program(
        name="clock",
        arguments=[sys.executable, "-m", "workers", "clock"],
        environment=_environment(settings),
        ready=lambda pid: _is_heard(ledger, pid),
    )


def web(settings: Settings) -> Program:
    """What takes events in and serves feeds."""
    return Program(
        name="web",
        arguments=[sys.executable, "-m", "syndicate", "web"],
        environment=_environment(settings),
        ready=_answers(settings.web.host, settings.web.port),
        address=settings.web.base_url,
    )


def workers(settings: Settings, ledger: Ledger) -> list[tuple[Lane, Program]]:
    """The workers of every lane, as many as the settings say."""
    return [
        (
            lane,
            Program(
                name=lane if settings.worker_counts[lane] == 1 else f"{lane}-{number}",
                arguments=[sys.executable, "-m", "workers", lane, str(number)],
                environment=_environment(settings),
                ready=lambda pid: _is_heard(ledger, pid),
            ),
        )
        for lane in LANES
        for number in range(1, settings.worker_counts[lane] + 1)
    ]


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "SYNDICATE_CONFIG_DIR": str(settings.config_dir.absolute()),
        "SYNDICATE_DATA_DIR": str(settings.data_dir.absolute()),
        "PYTHONUNBUFFERED": "1",
    }


def _is_heard(ledger: Ledger, pid: int) -> bool:
    """A worker is ready when it has consumed from its lane, which no ping would prove; a clock, when it has swept."""
    try:
        with ledger.read() as connection:
            return any(row.worker == worker_name(pid) for row in beats.every(connection))
    except SQLAlchemyError:
        return False  # the ledger is away: ask again


def _answers(host: str, port: int) -> Callable[[int], bool]:
    """Whether the web process answers; asked directly, whatever proxy the environment names."""

    def ready(_: int) -> bool:
        here = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - where it listens, not we
        connection = http.client.HTTPConnection(here, port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready
