"""How long may it travel? Sockets that give up at one moment, whatever the other side drips.

A socket's own timeout starts again with each byte; here every wait gets only what is left of the whole call. The
call stands in a context variable because requests and urllib3 pass nothing of ours down to the socket; it also keeps
concurrent threads apart.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from syndicate.transports.addresses import NetworkPolicy, resolve
from syndicate.transports.errors import PartnerUnavailable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


@dataclass(frozen=True)
class Call:
    """The call a thread is making: when it has to be over, on the monotonic clock, and where it may go."""

    ends_at: float
    policy: NetworkPolicy

    def left_s(self) -> float:
        """The seconds that are left; TimeoutError when there are none."""
        left = self.ends_at - monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left


_call: ContextVar[Call] = ContextVar("call")


@contextmanager
def calling(call: Call) -> Iterator[None]:
    """Every connection made and every byte moved inside belongs to this call."""
    token = _call.set(call)
    try:
        yield
    finally:
        _call.reset(token)


class DeadlineSocket(socket.socket):
    """A TCP socket that waits no longer than the call may last. Only the ways urllib3 moves bytes are covered."""

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int = 0, flags: int = 0) -> int:
        """As in socket.socket."""
        self.settimeout(_call.get().left_s())
        return super().recv_into(buffer, nbytes, flags)

    def sendall(self, data: "ReadableBuffer", flags: int = 0) -> None:
        """As in socket.socket, whose timeout covers the whole of it."""
        self.settimeout(_call.get().left_s())
        super().sendall(data, flags)


class DeadlineTLSSocket(ssl.SSLSocket):
    """The same over TLS, where `sendall` is many times `send`."""

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int | None = None, flags: int = 0) -> int:
        """As in ssl.SSLSocket."""
        self.settimeout(_call.get().left_s())
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: "ReadableBuffer", flags: int = 0) -> int:
        """As in ssl.SSLSocket."""
        self.settimeout(_call.get().left_s())
        return super().send(data, flags)


def connect(host: str, port: int) -> socket.socket:
    """Resolve, vet and connect to the first vetted address that takes us; later addresses share the time left.

    The timeout left on the socket covers a whole TLS handshake. Raises what `resolve` raises, and PartnerUnavailable.
    """
    call = _call.get()
    addresses = resolve(host, port, policy=call.policy, timeout_s=call.left_s())
    fault, late = "", False
    for place, address in enumerate(addresses):
        try:
            return _connected(address, port, patience_s=call.left_s() / (len(addresses) - place))
        except ConnectionRefusedError:
            fault = f"{host} refused the connection (port {port})"
        except TimeoutError:
            fault, late = f"{host} could not be reached in time (port {port})", True
        except OSError as error:
            fault = f"{host} could not be reached (port {port}): {error.strerror}"
    raise PartnerUnavailable(fault, timed_out=late)


def _connected(address: str, port: int, *, patience_s: float) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = DeadlineSocket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(patience_s)
        connection.connect((address, port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(_call.get().left_s())
    except BaseException:
        connection.close()
        raise
    return connection
