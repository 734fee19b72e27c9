"""Where may it travel? A name is resolved once, and every address it gives is vetted before one is used.

The networks are listed one by one, because `ipaddress.is_global` calls several of them global. Odd spellings
(127.1, 2130706433, 0x7f.1, 0177.0.0.1) need no care of their own: what is vetted is what the resolver made of them.
"""

import os
import socket
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from ipaddress import IPv4Address, IPv6Network, ip_address, ip_network
from typing import Any, Literal

from syndicate.transports.errors import DestinationMisconfigured, PartnerUnavailable

NetworkPolicy = Literal["public", "internal"]
"""`public`: only addresses of the open internet. `internal`: the destination is on our own network, all may be used."""

FORBIDDEN = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "a private network",
    "100.64.0.0/10": "a carrier's shared network",
    "127.0.0.0/8": "this machine",
    "169.254.0.0/16": "link-local, where clouds keep their metadata",
    "172.16.0.0/12": "a private network",
    "192.0.0.0/24": "reserved for protocols",
    "192.0.2.0/24": "for documentation",
    "192.88.99.0/24": "a 6to4 relay",
    "192.168.0.0/16": "a private network",
    "198.18.0.0/15": "for benchmarks",
    "198.51.100.0/24": "for documentation",
    "203.0.113.0/24": "for documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved, or broadcast",
    "::/8": "this machine, or IPv4 written as IPv6",
    "64:ff9b::/32": "an IPv4 translator's network",
    "100::/64": "the discard network",
    "2001::/32": "a Teredo tunnel",
    "2001:db8::/32": "for documentation",
    "2002::/16": "a 6to4 tunnel",
    "3fff::/20": "for documentation",
    "5f00::/16": "for segment routing",
    "fc00::/7": "a private network",
    "fe80::/10": "link-local",
    "fec0::/10": "site-local",
    "ff00::/8": "multicast",
}
"""The networks nobody outside may send us to, and what each is (IANA's special-purpose registries)."""

_NETWORKS = tuple((ip_network(network), what) for network, what in FORBIDDEN.items())
_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address, and decide
_RESOLVERS = 16  # a name server that hangs holds one for each name of its, for up to its own time-out

LookUp = Future[list[Any]]
"""A question to the resolver; its result is as socket.getaddrinfo gives it."""


def forbidden_reason(address: str) -> str | None:
    """What speaks against connecting to an address (an IP literal, brackets allowed), or None."""
    literal = address.strip("[]")
    if "%" in literal:
        return "an address with a zone id, which means something on one link only"
    try:
        ip = ip_address(literal)
    except ValueError:
        return "not an IP address"
    if ip in _TRANSLATED:
        return forbidden_reason(str(IPv4Address(int(ip) & 0xFFFFFFFF)))
    return next((what for network, what in _NETWORKS if ip in network), None)


def resolve(host: str, port: int, *, policy: NetworkPolicy, timeout_s: float) -> tuple[str, ...]:
    """Look a name up once and vet the answer: the addresses to use, in the resolver's order, at least one.

    Refused as a whole when any address is forbidden. Raises DestinationMisconfigured, which says which address and
    why, or PartnerUnavailable when the name is not resolved in time or not at all.
    """
    asked = look_up(host, port)
    wait([asked], timeout=max(timeout_s, 0))
    if not asked.done():
        asked.cancel()
        raise not_in_time(host)
    return vetted(host, asked, policy=policy)


def look_up(host: str, port: int) -> LookUp:
    """Ask for a name's addresses, in a thread of its own."""
    return _resolvers(os.getpid()).submit(socket.getaddrinfo, host.strip("[]"), port, type=socket.SOCK_STREAM)


def vetted(host: str, asked: LookUp, *, policy: NetworkPolicy) -> tuple[str, ...]:
    """What a look-up that is done has found, as `resolve` tells it."""
    try:
        answers = asked.result()
    except UnicodeError:
        raise DestinationMisconfigured(f"{host} is not a name that can be looked up: correct the url") from None
    except OSError as error:
        raise PartnerUnavailable(f"the name {host} could not be resolved: {error.strerror}") from None
    addresses = tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))
    for address in addresses if policy == "public" else ():
        if what := forbidden_reason(address):
            raise DestinationMisconfigured(
                f"{host} is at {address}, which is {what}: correct the url, "
                'or say network = "internal" if the destination is on our own network'
            )
    return addresses


def not_in_time(host: str) -> PartnerUnavailable:
    """What to say when a look-up has taken too long."""
    return PartnerUnavailable(f"the name {host} was not resolved in time", timed_out=True)


@cache
def _resolvers(process_id: int) -> ThreadPoolExecutor:
    """One pool for each process: a forked child has none of its parent's threads."""
    return ThreadPoolExecutor(max_workers=_RESOLVERS, thread_name_prefix=f"resolver-{process_id}")
