"""Who may ask, by HTTP? The newsroom's system, which tells us here what it published, corrected or withdrew."""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from fastapi import HTTPException, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from syndicate.assemble import System
from syndicate.model.event import STRUCTURED, Envelope, event_schema, parse_binary, parse_structured
from syndicate.model.problem import Invalid, invalid
from syndicate.web.answers import json_answer, mistakes
from syndicate.web.bodies import read_body
from syndicate.web.conditional import unchanged
from syndicate.web.credentials import require_writer

Found = TypeVar("Found")
_ACCEPTED = (
    f"send one event as {STRUCTURED}, or its data as application/json with the attributes in ce- headers "
    "(CloudEvents 1.0), in UTF-8 and not compressed"
)


async def take_in(request: Request) -> Response:
    """`POST /events`: 202 accepted; 200 a duplicate, or nothing new; 400, 401, 403, 408, 409, 413, 415, 422, 503."""
    system: System = request.app.state.system
    envelope = await _told(request, system)
    if isinstance(envelope, Response):
        return envelope
    received = await run_in_threadpool(_doing, system.accept, envelope)
    told = received.model_dump(include={"event_id", "article_id", "outcome", "reason", "revision", "notes"})
    return json_answer(told, status=202 if received.outcome == "accepted" else 200)


async def dry_run(request: Request) -> Response:
    """`POST /dry-run`: 200 with what would follow from an event, and nothing is written; else as `POST /events`."""
    system: System = request.app.state.system
    envelope = await _told(request, system)
    if isinstance(envelope, Response):
        return envelope
    found = await run_in_threadpool(_doing, system.dry_run, envelope)
    return json_answer(found.model_dump(mode="json"), status=200)


async def schema(request: Request) -> Response:
    """`GET /schemas/article-event.json`: the contract of `POST /events` as JSON Schema."""
    content, etag = _schema()
    headers = {"ETag": etag, "Cache-Control": "public, max-age=300"}
    if unchanged(request.headers, etag=etag, modified=None):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="application/schema+json")


async def _told(request: Request, system: System) -> Envelope | Response:
    """The event that a writer sends, or the answer that says what is wrong with it."""
    await run_in_threadpool(require_writer, request, system.ledger)
    media_type = _media_type(request.headers)
    body = await read_body(request, "an event", at_most=system.settings.web.max_event_bytes)
    try:
        return await run_in_threadpool(_envelope, request.headers, media_type, body)
    except Invalid as error:
        return mistakes(error, status=422 if _is_json(body) else 400)


@cache
def _schema() -> tuple[bytes, str]:
    content = json.dumps(event_schema(), ensure_ascii=False, indent=2, sort_keys=True).encode()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _media_type(headers: Headers) -> str:
    """The body's media type, when it is one we read; else 415 (RFC 9110 §15.5.16)."""
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise HTTPException(415, _ACCEPTED, {"Accept-Encoding": "identity"})
    media_type = headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type not in (STRUCTURED, "application/json"):
        raise HTTPException(415, _ACCEPTED, {"Accept": f"{STRUCTURED}, application/json"})
    return media_type


def _envelope(headers: Headers, media_type: str, body: bytes) -> Envelope:
    """The event in structured or in binary mode (CloudEvents HTTP binding §3.1 and §3.2). Raises `Invalid`, or 415."""
    if media_type == "application/json" and "ce-specversion" in headers:
        return parse_binary(headers, body)
    envelope = parse_structured(body)
    if media_type == "application/json" and "specversion" not in envelope:
        raise HTTPException(415, _ACCEPTED, {"Accept": f"{STRUCTURED}, application/json"})
    return envelope


def _doing(work: Callable[[Envelope], Found], envelope: Envelope) -> Found:
    try:
        return work(envelope)  # what it raises has undone the transaction
    except RecursionError:
        raise invalid("", "is nested too deeply") from None
    except OverflowError:
        raise invalid("data", "has a time so near the calendar's end that none is left for what follows") from None


def _is_json(body: bytes) -> bool:
    """Whether what can't be read as an event is JSON at least: only then is 422 the right answer."""
    try:
        json.loads(body.decode("utf-8-sig"))
    except RecursionError:
        return True
    except ValueError:
        return False
    return True
