"""What the newsroom's system told us: CloudEvents 1.0 in structured and binary mode, with an article as data."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any, Literal, NoReturn
from urllib.parse import unquote

from pydantic import TypeAdapter, ValidationError

from syndicate.model.article import Article, Withdrawal
from syndicate.model.problem import Invalid, Problem, invalid, problems_of
from syndicate.model.record import Moment, Record, canonical_json, digest_of

EventType = Literal["article.published", "article.updated", "article.withdrawn", "article.descheduled"]
DATA_OF: dict[str, type[Article] | type[Withdrawal]] = {
    "article.published": Article,
    "article.updated": Article,
    "article.withdrawn": Withdrawal,
    "article.descheduled": Withdrawal,
}
STRUCTURED = "application/cloudevents+json"
_ATTRIBUTES = ("specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema")
_EXTENSION_NAME = re.compile(r"^[a-z0-9]{1,40}$")
_MAX_ATTRIBUTE_LENGTH = 500
_MOMENT = TypeAdapter(Moment)

Envelope = dict[str, Any]


class Event(Record):
    """An accepted announcement. Its identity is (source, id); `digest` tells a repetition from a contradiction."""

    id: str
    source: str
    type: EventType
    time: Moment | None
    digest: str
    data: Article | Withdrawal


def parse_structured(body: bytes) -> Envelope:
    """Read a structured-mode event (CloudEvents JSON format §3). Raises `Invalid` when it isn't a JSON object."""
    envelope = _json(body, "")
    if not isinstance(envelope, dict):
        raise invalid("", "must be one CloudEvents object in JSON")
    if "data_base64" in envelope:
        if "data" in envelope:
            raise invalid("data_base64", "can't stand beside data")
        envelope["data"] = _json(_base64(envelope.pop("data_base64")), "data")
    return envelope


def parse_binary(headers: Mapping[str, str], body: bytes) -> Envelope:
    """Read a binary-mode event (CloudEvents HTTP binding §3.1): attributes in `ce-` headers, the body is the data."""
    envelope: Envelope = {
        name.lower()[3:]: unquote(value, errors="replace")
        for name, value in headers.items()
        if name.lower().startswith("ce-")
    }
    envelope["datacontenttype"] = headers.get("content-type", "application/json")
    envelope["data"] = _json(body, "data")
    return envelope


def read_event(envelope: Envelope) -> Event:
    """Check an envelope whole. Raises `Invalid` with every mistake, fields as `type` or `data.pictures.2.url`."""
    problems = _envelope_problems(envelope)
    data: Article | Withdrawal | None = None
    form = DATA_OF.get(envelope.get("type")) if isinstance(envelope.get("type"), str) else None  # type: ignore[arg-type]
    if form is not None and "data" in envelope:
        try:
            data = form.model_validate_json(canonical_json(envelope.get("data")))
        except ValidationError as error:
            problems += problems_of(error, under="data")
    if data is not None and envelope.get("subject") not in (None, data.id):
        problems.append(Problem(field="subject", message=f"says {envelope['subject']!r} where data.id is {data.id!r}"))
    if problems or data is None:
        raise Invalid(problems)
    return Event(
        id=envelope["id"],
        source=envelope["source"],
        type=envelope["type"],
        time=envelope.get("time"),
        digest=digest_of(canonical_json({name: envelope.get(name) for name in ("type", "data")})),
        data=data,
    )


def event_schema() -> dict[str, Any]:
    """The contract as JSON Schema 2020-12: the envelope with the article, or the withdrawal, as its data."""
    forms = TypeAdapter(Article | Withdrawal).json_schema(ref_template="#/$defs/{model}")
    line = {"type": "string", "minLength": 1, "maxLength": _MAX_ATTRIBUTE_LENGTH}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An event about an article (CloudEvents 1.0, structured mode)",
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": line | {"description": "with source, the event's identity: sent again, it is accepted once"},
            "source": line | {"description": "a URI reference that names the system that speaks"},
            "type": {"enum": list(DATA_OF)},
            "time": {"type": "string", "format": "date-time"},
            "subject": {"type": "string", "description": "when given, the same as data.id"},
            "datacontenttype": {"type": "string", "description": "application/json"},
        },
        "if": {"properties": {"type": {"enum": [name for name, form in DATA_OF.items() if form is Withdrawal]}}},
        "then": {"properties": {"data": {"$ref": "#/$defs/Withdrawal"}}},
        "else": {"properties": {"data": {"$ref": "#/$defs/Article"}}},
        "$defs": forms["$defs"],
    }


def _envelope_problems(envelope: Envelope) -> list[Problem]:
    found: list[Problem] = []

    def wrong(field: str, message: str) -> None:
        found.append(Problem(field=field, message=message))

    for name in ("id", "source"):
        value = envelope.get(name)
        if not isinstance(value, str) or not value.strip():
            wrong(name, "is required, a string that isn't empty")
        elif len(value) > _MAX_ATTRIBUTE_LENGTH:
            wrong(name, f"is longer than {_MAX_ATTRIBUTE_LENGTH} characters")
    if envelope.get("specversion") != "1.0":
        wrong("specversion", "must be the string 1.0")
    if not isinstance(envelope.get("type"), str) or envelope["type"] not in DATA_OF:
        wrong("type", f"must be one of {', '.join(DATA_OF)}")
    if "data" not in envelope:
        wrong("data", "is required")
    if not _is_json_type(envelope.get("datacontenttype", "application/json")):
        wrong("datacontenttype", "must be application/json")
    if envelope.get("time") is not None and not _is_moment(envelope["time"]):
        wrong("time", "must be an RFC 3339 time with an offset, such as 2026-01-31T09:00:00+08:00")
    for name in envelope:
        if name not in _ATTRIBUTES and name != "data" and not _EXTENSION_NAME.match(name):
            wrong(name, "is not a CloudEvents attribute: extension names are lower-case letters and digits")
    return found


def _is_moment(value: object) -> bool:
    try:
        return isinstance(value, str) and _MOMENT.validate_python(value) is not None
    except ValidationError:
        return False


def _is_json_type(media_type: object) -> bool:
    if not isinstance(media_type, str):
        return False
    essence = media_type.split(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def _json(body: bytes, field: str) -> Any:  # noqa: ANN401 - JSON is what it is
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise invalid(field, "is not UTF-8") from None
    except RecursionError:
        raise invalid(field, "is nested too deeply") from None
    except ValueError as error:
        raise invalid(field, f"is not JSON: {error}") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _base64(value: object) -> bytes:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else _not_base64()
    except binascii.Error:
        return _not_base64()


def _not_base64() -> NoReturn:
    raise invalid("data_base64", "is not base64")
