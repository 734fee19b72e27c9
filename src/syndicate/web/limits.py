"""Who may ask, by HTTP? Nobody too often: so many requests a minute for a token and for an address, in this process."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from fastapi import HTTPException, Request

from syndicate.settings import Web

AT_MOST = 20_000  # askers in mind: who has been away longest is forgotten first
NETWORK = (1 << 64) - 1  # an IPv6 subscriber has a /64, and as many addresses as they like


class Rate:
    """So many in a minute for each asker, all at once or spread out (GCRA). Safe to share between threads."""

    def __init__(self, per_minute: int, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._every_s = 60 / per_minute if per_minute else 0.0
        self._ticks, self._lock = ticks, threading.Lock()
        self._paid_until = OrderedDict[str, float]()

    def spend(self, asker: str) -> float:
        """How long this asker must wait, in seconds; 0.0 when it needn't, and then it has spent one."""
        if not self._every_s:
            return 0.0
        with self._lock:
            now = self._ticks()
            paid_until = max(self._paid_until.get(asker, now), now) + self._every_s
            if (wait_s := paid_until - now - 60) > 1e-9:
                return wait_s
            self._paid_until[asker] = paid_until
            self._paid_until.move_to_end(asker)
            while len(self._paid_until) > AT_MOST:
                self._paid_until.popitem(last=False)
            return 0.0


class Limits:
    """What one web process lets through. Each process counts for itself; why, says docs/decisions."""

    def __init__(self, web: Web, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._tokens = Rate(web.token_per_minute, ticks=ticks)
        self._addresses = Rate(web.address_per_minute, ticks=ticks)

    def spend_token(self, token_id: str) -> None:
        """Count a request of a token that is right; 429 when there have been too many."""
        _refuse_after(self._tokens.spend(token_id), "this token")

    def spend_address(self, request: Request) -> None:
        """Count a request of whatever address it comes from, before anything else is known of it; else 429."""
        network = _network(request.client.host if request.client else "")
        if network:
            _refuse_after(self._addresses.spend(network), "this address")


async def limited(request: Request) -> None:
    """To be asked first, where an answer costs something or a token could be guessed: 429 with Retry-After."""
    limits: Limits = request.app.state.limits
    limits.spend_address(request)


def _refuse_after(wait_s: float, whose: str) -> None:
    if wait_s:
        detail = f"too many requests of {whose}: come again after the seconds that Retry-After says"
        raise HTTPException(429, detail, {"Retry-After": str(max(1, math.ceil(wait_s)))})


def _network(host: str) -> str:
    """Whom an address stands for; nobody, where it is this machine's: a proxy's that doesn't say for whom it asks."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or IPv6Address(int(address) & ~NETWORK) if int(address) != 1 else address
    return "" if address.is_loopback else str(address)
