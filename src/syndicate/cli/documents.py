"""Who may ask, by shell? Reads events from files: one object, or several in an array or as JSON lines."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from syndicate.model.event import Envelope, parse_structured
from syndicate.model.problem import Invalid, Problem
from syndicate.pipeline.receive import Conflict


@dataclass(frozen=True)
class Document:
    """One event as it was written. `where` is the file, with `:LINE` or `[NUMBER]` when it holds several."""

    where: str
    body: bytes


def content_of(file: Path | str) -> bytes:
    """What is in a file; `-` is standard input."""
    return sys.stdin.buffer.read() if str(file) == "-" else Path(file).read_bytes()


def event_in(file: Path | str) -> Envelope:
    """The one event in a file. Raises `Invalid` when it isn't JSON."""
    return parse_structured(content_of(file))


@contextmanager
def naming(file: Path | str) -> Iterator[None]:
    """Names the file in every mistake that is found in its event."""
    try:
        yield
    except Conflict as conflict:
        raise Invalid([Problem(field=f"{file}: {conflict.field}", message=str(conflict))]) from None
    except Invalid as error:
        raise Invalid(
            Problem(field=": ".join(filter(None, (str(file), one.field))), message=one.message)
            for one in error.problems
        ) from None


def documents(where: str, content: bytes) -> list[Document]:
    """The events in a file. What is no JSON stays one document, for whoever reads it to say what is wrong with it."""
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        return _lines(where, content)
    if not isinstance(whole, list):
        return [Document(where, content)]
    return [Document(f"{where}[{number}]", json.dumps(part).encode()) for number, part in enumerate(whole)]


def _lines(where: str, content: bytes) -> list[Document]:
    """JSON lines, when the first line is a whole JSON value; else it is one document with a mistake in it."""
    numbered = [(number, line) for number, line in enumerate(content.splitlines(), start=1) if line.strip()]
    if len(numbered) < 2 or not _is_object(numbered[0][1]):
        return [Document(where, content)]
    return [Document(f"{where}:{number}", line) for number, line in numbered]


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
