"""A real worker that is killed once, at an exact point of a delivery: `python -m tests.chaos.doomed LANE POINT VICTIM`.

Production code has no hook for this: the function at that point is replaced before the worker starts. `DOOM` in the
environment names a folder: a file `struck` is left there when it strikes, and it strikes only where there is none yet,
so that whoever comes after works on. A file `arrived` there tells that the partner has the request.
"""

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from syndicate.ledger import claims
from syndicate.pipeline import window
from syndicate.transports.fan_out import FanOut
from workers.app import run

Function = Callable[..., Any]


def strike() -> None:
    """kill -9 of Celery's child or of its parent, which takes the child along, if that has not happened yet."""
    try:
        (Path(os.environ["DOOM"]) / "struck").touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getppid() if sys.argv[3] == "parent" else os.getpid(), signal.SIGKILL)
    signal.pause()


def before(function: Function) -> Function:
    """Strike, then do it."""

    def struck(*arguments: Any, **named: Any) -> Any:
        strike()
        return function(*arguments, **named)

    return struck


def after(function: Function) -> Function:
    """Do it, then strike."""

    def struck(*arguments: Any, **named: Any) -> Any:
        done = function(*arguments, **named)
        strike()
        return done

    return struck


def in_mid_request(finished: Function) -> Function:
    """Let the bytes go out until the test has seen them arrive, then strike."""

    def struck(wire: FanOut, **named: Any) -> Any:
        if (Path(os.environ["DOOM"]) / "arrived").exists():
            strike()
        return finished(wire, **named)

    return struck


POINTS: dict[str, tuple[object, str, Callable[[Function], Function]]] = {
    "before the claim": (claims, "claim", before),
    "after the claim": (window.Window, "_send", before),
    "in mid-request": (FanOut, "finished", in_mid_request),
    "before the outcome is committed": (window, "record", after),
    "after the outcome is committed": (window, "tell", before),
}


def main(lane: str, point: str = "") -> None:
    """Work for a lane; without a point, nothing happens to it."""
    if point:
        place, name, doom = POINTS[point]
        setattr(place, name, doom(getattr(place, name)))
    run(import_module(f"workers.{lane}").ROLE)


if __name__ == "__main__":
    main(*sys.argv[1:3])
