"""Who may ask, by HTTP? Whatever the answer, it is JSON; a refusal is a problem as RFC 9457 has it."""

import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from syndicate.model.problem import Invalid, Problem
from syndicate.pipeline.receive import Conflict

PROBLEM = "application/problem+json"
SAFETY: Mapping[str, str] = MappingProxyType({"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"})

_MANY = 100  # a body of megabytes can hold a mistake in every other byte: the answer must not be as long
_LONG = 500

log = structlog.get_logger(__name__)

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


def json_answer(
    body: object, *, status: int = 200, media_type: str = "application/json", headers: Mapping[str, str] | None = None
) -> Response:
    """A value as JSON in UTF-8. A lone surrogate, which UTF-8 can't carry, goes out as JSON's own escape."""
    content = (json.dumps(body, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
    return Response(content, status, headers, media_type)


def problem(
    status: int, detail: str, *, headers: Mapping[str, str] | None = None, problems: Sequence[Problem] = ()
) -> Response:
    """An error as `application/problem+json` (RFC 9457 §3): type, title, status, detail, and what is wrong by field."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if problems:
        body["problems"] = [{"field": one.field[:_LONG], "message": one.message[:_LONG]} for one in problems[:_MANY]]
    return json_answer(
        body, status=status, media_type=PROBLEM, headers={"Cache-Control": "no-store"} | dict(headers or {})
    )


def mistakes(error: Invalid, *, status: int = 422) -> Response:
    """All the mistakes of some input, so that whoever sent it can mend them in one go."""
    many = len(error.problems)
    shown = f", of which the first {_MANY} are shown" if many > _MANY else ""
    detail = str(error.problems[0])[:_LONG] if many == 1 else f"{many} mistakes{shown}: see problems"
    return problem(status, detail, problems=error.problems)


async def _refused(_: Request, error: HTTPException) -> Response:
    return problem(error.status_code, str(error.detail), headers=error.headers)


async def _invalid(_: Request, error: Invalid) -> Response:
    return mistakes(error)


async def _conflict(_: Request, error: Conflict) -> Response:
    return problem(409, str(error)[:_LONG])


async def _misread(_: Request, error: RequestValidationError) -> Response:
    found = [Problem(field=".".join(map(str, one["loc"])), message=one["msg"]) for one in error.errors()]
    return mistakes(Invalid(found))


async def _without_ledger(request: Request, error: Exception) -> Response:
    log.error("http.no_ledger", path=request.scope["path"], error=str(error))
    return problem(503, "the ledger can't be reached at the moment: try again", headers={"Retry-After": "5"})


async def _cut_short(_: Request, error: ClientDisconnect) -> Response:  # noqa: ARG001
    return problem(400, "the body ended early")


async def _bug(_: Request, error: Exception) -> Response:  # noqa: ARG001 - the server logs its traceback
    # This answer is given outside the middleware that adds the headers to all others.
    return problem(500, "a mistake of ours: it is in our log", headers=SAFETY)


HANDLERS: Mapping[Any, Handler] = MappingProxyType(
    {
        HTTPException: _refused,
        Invalid: _invalid,
        Conflict: _conflict,
        RequestValidationError: _misread,
        OperationalError: _without_ledger,
        NoConnectionFree: _without_ledger,
        ClientDisconnect: _cut_short,
        Exception: _bug,
    }
)
