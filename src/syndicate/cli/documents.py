"""Who may ask, by shell? Splits what a file holds into events: one object, an array of them, or JSON lines."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Document:
    """One event as it was written. `where` is the file, with `:LINE` or `[NUMBER]` when it holds several."""

    where: str
    body: bytes


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
