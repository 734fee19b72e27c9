"""Brokers of our own, for tests: a real Redis and a real RabbitMQ, whose files go away with the test."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, Self

import amqp
import pytest

from syndicate.dispatch.redis_server import NoRedis, RedisServer, answers, find_redis_server

RABBITMQ_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the one on the PATH insists on Debian's own folders
START_WITHIN_S = 60.0


class Broker:
    """A broker's server, which can hang, stop or die, and be started again with what it has kept."""

    def __init__(
        self, *arguments: str, url: str, ready: Callable[[], bool], environment: Mapping[str, str] | None = None
    ) -> None:
        self.url = url
        self._arguments, self._ready = arguments, ready
        self._environment = os.environ | dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = _started(self._arguments, self._environment)
        until = time.monotonic() + START_WITHIN_S
        while not self._ready():
            assert self._process.poll() is None, f"{self._arguments[0]} ended instead of answering"
            assert time.monotonic() < until, f"{self._arguments[0]} did not answer within {START_WITHIN_S} s"
            time.sleep(0.05)

    def hang(self) -> None:
        """Let it keep its connections, take new ones, and say nothing any more."""
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self._send(signal.SIGCONT)

    def stop(self) -> None:
        """Stop it in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def _end(self, number: int) -> None:
        if self._process:
            self._send(number)
            self.go_on()  # who hangs heeds it then
            self._process.wait(30)
            self._process = None

    def _send(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)


def redis_of_our_own(folder: Path) -> Broker:
    """A Redis on a private socket; a test that needs it is skipped without, but where CI=true it fails."""
    place = folder / "private" / "redis.sock"
    url = f"redis+socket://{place}"
    return Broker(*_redis_server().arguments(socket=place, data_dir=folder), url=url, ready=lambda: answers(url))


@contextmanager
def sentinel_of_our_own(folder: Path) -> Iterator[str]:
    """A Redis and a Sentinel that knows it by the name `news`; answers the broker's URL."""
    program, redis_port, sentinel_port = str(_redis_server().program), free_port(), free_port()
    told = f"port {sentinel_port}\nsentinel monitor news 127.0.0.1 {redis_port} 1\n"
    (folder / "sentinel.conf").write_text(told, encoding="utf-8")
    url = f"sentinel://127.0.0.1:{sentinel_port}?master_name=news"
    with (
        Broker(program, "--port", str(redis_port), "--save", "", url="", ready=lambda: _listens(redis_port)),
        Broker(program, str(folder / "sentinel.conf"), "--sentinel", url=url, ready=lambda: _listens(sentinel_port)),
    ):
        yield url


class RabbitMQ(Broker):
    """A RabbitMQ node of its own name, with its own port mapper (epmd), files and ports; on loopback only."""

    def __init__(self) -> None:
        if not RABBITMQ_SERVER.exists():
            _do_without(f"there is no RabbitMQ: {RABBITMQ_SERVER} wasn't found")
        self._folder = Path(tempfile.mkdtemp(prefix="rabbit-"))
        self._epmd: subprocess.Popen[bytes] | None = None
        port, between_nodes, self._epmd_port = free_port(), free_port(), free_port()
        super().__init__(
            str(RABBITMQ_SERVER),
            url=f"amqp://guest:guest@127.0.0.1:{port}//",
            ready=lambda: _speaks_amqp(port),
            environment={
                "HOME": str(self._folder),  # where the cookie lies by which nodes know each other
                "ERL_EPMD_PORT": str(self._epmd_port),
                "RABBITMQ_NODENAME": f"syndicate-{port}@localhost",
                "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
                "RABBITMQ_NODE_PORT": str(port),
                "RABBITMQ_DIST_PORT": str(between_nodes),
                "RABBITMQ_MNESIA_BASE": str(self._folder / "mnesia"),
                "RABBITMQ_LOG_BASE": str(self._folder / "log"),
                "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq.conf"),
                "RABBITMQ_CONF_ENV_FILE": str(self._folder / "rabbitmq-env.conf"),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "enabled_plugins"),
                "RABBITMQ_PID_FILE": str(self._folder / "pid"),
                "RUNNING_UNDER_SYSTEMD": "true",  # then the server is our own child, and no shell's
            },
        )

    def __enter__(self) -> Self:
        self._epmd = _started(["epmd", "-address", "127.0.0.1", "-port", str(self._epmd_port)], self._environment)
        return super().__enter__()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        if self._epmd:
            self._epmd.terminate()
            self._epmd.wait(10)
        shutil.rmtree(self._folder)


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _started(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(arguments, env=environment, stdin=nowhere, stdout=nowhere, stderr=nowhere)


def _listens(port: int) -> bool:
    return answers(f"redis://127.0.0.1:{port}")


def _speaks_amqp(port: int) -> bool:
    try:
        with amqp.Connection(f"127.0.0.1:{port}", connect_timeout=2, read_timeout=2):
            return True
    except (OSError, amqp.AMQPError):
        return False


def _redis_server() -> RedisServer:
    try:
        return find_redis_server()
    except NoRedis as error:
        _do_without(str(error))


def _do_without(reason: str) -> NoReturn:
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
