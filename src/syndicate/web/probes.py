"""Who may ask, by HTTP? Supervisors, load balancers and Prometheus: is it up, can it work, how is it going?"""

import threading
import time
from collections.abc import Callable

from fastapi import Request, Response

from syndicate.assemble import Depth, System
from syndicate.model.step import Lane
from syndicate.monitor.health import checks
from syndicate.monitor.metrics import CONTENT_TYPE, exposition
from syndicate.monitor.status import status
from syndicate.web.answers import json_answer

DEPTH_FOR_S = 2.0
_FRESH = {"Cache-Control": "no-store"}


class RecentDepth:
    """The queues' depth, asked for at most every two seconds, so that scrapes can't hammer the broker."""

    def __init__(self, ask: Depth, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._ticks = ask, ticks
        self._lock = threading.Lock()
        self._known: tuple[float, dict[Lane, int] | None] | None = None

    def __call__(self) -> dict[Lane, int] | None:
        """Messages by lane, at most two seconds old; None when the broker could not be reached."""
        with self._lock:  # who comes while we ask waits for the same answer
            if self._known is None or self._ticks() - self._known[0] >= DEPTH_FOR_S:
                depth = self._ask()
                self._known = (self._ticks(), depth)
            return self._known[1]


async def healthz() -> Response:
    """`GET /healthz`: this process answers. Nothing is looked at: a broken ledger is no reason to be restarted."""
    return json_answer({"status": "ok"}, headers=_FRESH)


def readyz(request: Request) -> Response:
    """`GET /readyz`: 200 when the ledger is in order, and events can be taken in; else 503. Lists every check."""
    found = checks(_system(request).ledger, depth=request.app.state.depth())
    ready = all(check.ok for check in found if check.name == "ledger")
    body = {"status": "ready" if ready else "not ready", "checks": [check.model_dump() for check in found]}
    return json_answer(body, status=200 if ready else 503, headers=_FRESH)


def look(request: Request) -> Response:
    """`GET /status`: what is waiting where, since when, and who is working."""
    system = _system(request)
    found = status(system.ledger, depth=request.app.state.depth(), now=system.clock())
    return Response(found.model_dump_json(), headers=_FRESH, media_type="application/json")


def metrics(request: Request) -> Response:
    """`GET /metrics`: the same for Prometheus."""
    system = _system(request)
    found = status(system.ledger, depth=request.app.state.depth(), now=system.clock())
    return Response(exposition(found), headers=_FRESH | {"Content-Type": CONTENT_TYPE})


def _system(request: Request) -> System:
    system: System = request.app.state.system
    return system
