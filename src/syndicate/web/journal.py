"""Who may ask, by HTTP? Who did is logged, one line per request, never with its query, which may hold a token."""

import time

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicate.web.answers import SAFETY

log = structlog.get_logger(__name__)


class Journal:
    """Wraps the application (ASGI): logs every request, and adds the headers that make any answer safe to show."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection; what isn't HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 500  # which it stays when the application raises before it answers

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                for name, value in SAFETY.items():
                    MutableHeaders(scope=message).setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        finally:
            duration_ms = round((time.monotonic() - began) * 1000, 1)
            log.info("http.request", method=scope["method"], path=scope["path"], status=status, duration_ms=duration_ms)
