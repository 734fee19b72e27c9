"""One line of JSON for everything that happens, to standard output, where the supervisor or systemd keeps it."""

import logging
import sys
from contextlib import suppress
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def set_up_logs(level: str) -> None:
    """Send this process's log lines, ours and the libraries', to standard output as JSON.

    Ours don't pass through Python's own logging, which costs more than the sending of a delivery.
    """
    # Tracebacks come without local variables, which may hold a secret.
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
    ]
    structlog.configure(
        processors=[*shared, _render],
        logger_factory=_Lines,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                lambda logger, name, event: _render(logger, name, event).decode(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("urllib3", "celery.redirected", "kombu"):
        logging.getLogger(name).setLevel("WARNING")  # urllib3 would log whole URLs


def _render(_logger: WrappedLogger, _name: str, event: EventDict) -> bytes:
    """A line of JSON; with `each`, a line for each of these, which have the rest in common."""
    each = event.pop("each", None)
    lines = [event] if each is None else [{**event, **one} for one in each]
    return b"\n".join([orjson.dumps(line, default=repr) for line in lines])


class _Lines:
    """Writes each line at once: what was logged before a crash is there afterwards.

    A disk that is full costs lines, never the work that they tell of.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name

    def msg(self, line: bytes) -> None:
        with suppress(OSError):
            if line:
                sys.stdout.buffer.write(line + b"\n")
                sys.stdout.buffer.flush()

    def __getattr__(self, _level: str) -> Any:  # noqa: ANN401 - info, warning, error ...: all the same
        return self.msg
