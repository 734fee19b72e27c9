"""How a JSON document is written: without gaps, in a fixed order, in bytes that any JSON parser takes."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from syndicate.formats._story import legal

_NOTHING: tuple[object, ...] = (None, "", (), [], {})


def present(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something: None and whatever is empty are left out."""
    return {name: value for name, value in fields.items() if value not in _NOTHING}


def encoded(document: Mapping[str, Any] | Sequence[Any]) -> bytes:
    """The document in UTF-8, keys in the order given, without characters that XML or UTF-8 can't carry."""
    return orjson.dumps(_legal(document), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def indent(document: bytes, by: bytes) -> bytes:
    """The same, further in."""
    return by + document.replace(b"\n", b"\n" + by)


def _legal(value: object) -> object:
    match value:
        case str():
            return legal(value)
        case Mapping():
            return {legal(name): _legal(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_legal(inner) for inner in value]
        case _:
            return value
