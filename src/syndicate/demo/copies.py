"""What does the partner hold? The copies its readers see, and a file and a log line for everything it accepted."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

HOLDINGS = "holdings.json"
LOG = "log.jsonl"

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")  # the id names a file, so nothing that could be a path
_VERSION = re.compile(r"[0-9]{1,16}")

Document = Mapping[str, Any]
_Rank = tuple[int, int, bool]


class Unreadable(ValueError):
    """A push that can't be taken in; the message says what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Push:
    """One POST whose signature was right: `timestamp` in seconds since 1970, `document` in ninjs 3.1."""

    id: str
    timestamp: int
    document: Document

    @property
    def uri(self) -> str:
        """Which article this is, for ever."""
        return str(self.document["uri"])

    @property
    def version(self) -> int:
        """Which version: ninjs writes a string, and as strings "10" would be lower than "9"."""
        return int(self.document["version"])

    @property
    def canceled(self) -> bool:
        """Whether it takes the article back."""
        return self.document.get("pubStatus") == "canceled"

    @property
    def rank(self) -> _Rank:
        """What is newer: by version, then by the time of sending; within one second a withdrawal wins."""
        return (self.version, self.timestamp, self.canceled)


def read_push(*, id: str, timestamp: int, body: bytes) -> Push:
    """Read a verified body. Raises `Unreadable` unless it is ninjs with a `uri` and a whole number as `version`."""
    if not _ID.fullmatch(id):
        raise Unreadable("webhook-id: must be 1 to 100 letters, digits, - and _")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the body is not JSON: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("uri"), str):
        raise Unreadable("uri: is required, a string")
    if not _VERSION.fullmatch(str(document.get("version"))):
        raise Unreadable("version: is required, a whole number")
    return Push(id=id, timestamp=timestamp, document=document)


@dataclass(kw_only=True)
class Copies:
    """A partner's copies, kept in `folder`. Safe to use from several threads; started again, it reads what it had."""

    folder: Path
    _lock: Lock = field(default_factory=Lock)
    _seen: dict[str, str] = field(default_factory=dict)
    _ranks: dict[str, _Rank] = field(default_factory=dict)
    _held: dict[str, Document] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for line in self._log_lines():
            self._restore(line)

    def take(self, push: Push) -> str:
        """Keep a push once, put it before the readers if it is the newest, and return our number of the article."""
        with self._lock:
            duplicate = push.id in self._seen
            action = self._seen[push.id] if duplicate else self._apply(push)
            if not duplicate:
                self._write(self._file(len(self._seen), push.id), push.document)
                self._write(self.folder / HOLDINGS, self._held)
            self._log(push, action=action, duplicate=duplicate)
            return self._number(push.uri)

    def holdings(self) -> dict[str, Document]:
        """What readers see now: the ninjs document of every article that isn't taken back, by its `uri`."""
        with self._lock:
            return dict(self._held)

    def held_as(self, number: str) -> Document | None:
        """The article under our own number, or None when there is none (any more)."""
        return next((held for uri, held in self.holdings().items() if self._number(uri) == number), None)

    def _apply(self, push: Push) -> str:
        action = self._act(push)
        self._seen[push.id] = action
        return action

    def _act(self, push: Push) -> str:
        if push.rank < self._ranks.get(push.uri, push.rank):
            return "outdated"
        self._ranks[push.uri] = push.rank
        if push.canceled:
            self._held.pop(push.uri, None)
            return "withdraw"
        action = "update" if push.uri in self._held else "publish"
        self._held[push.uri] = push.document
        return action

    def _number(self, uri: str) -> str:
        known = [*self._ranks]  # in the order of their arrival; a withdrawn one keeps its place
        return str(known.index(uri) + 1)

    def _file(self, number: int, id: str) -> Path:
        return self.folder / f"{number:03d}-{id}.json"

    def _write(self, file: Path, content: object) -> None:
        # half an emoji, which UTF-8 can't hold, is written as the escape that JSON has for it
        with file.open("w", encoding="utf-8", errors="backslashreplace") as out:
            out.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")

    def _log(self, push: Push, *, action: str, duplicate: bool) -> None:
        line = {
            "webhook-id": push.id,
            "timestamp": push.timestamp,
            "action": action,
            "uri": push.uri,
            "version": push.version,
            "duplicate": duplicate,
        }
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")

    def _log_lines(self) -> list[dict[str, Any]]:
        log = self.folder / LOG
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []

    def _restore(self, line: Mapping[str, Any]) -> None:
        if line["duplicate"]:
            return
        document = json.loads(self._file(len(self._seen) + 1, line["webhook-id"]).read_text(encoding="utf-8"))
        self._apply(Push(id=line["webhook-id"], timestamp=line["timestamp"], document=document))
