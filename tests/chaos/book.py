"""The partners' own ledger: every request that reached them, written down by them, and what they hold because of it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple, TextIO


@dataclass(kw_only=True)
class Request:
    """One request as a partner saw it; times are seconds of this machine's steady clock, None: it never happened.

    `began` with its first byte, `whole` when all of it was there, `taken` when the partner kept what it carries,
    `answered` when the whole answer with `status` was sent, `over` when the connection was no longer of use. `kept`: on
    a connection that had carried another before. `beside`: requests for the same article that were under way still when
    this one began, by their `number`.
    """

    number: int
    party: str
    began: float
    mood: str
    whole: float | None = None
    taken: float | None = None
    answered: float | None = None
    over: float | None = None
    status: int | None = None
    id: str = ""
    sent: int = 0
    digest: str = ""
    uri: str = ""
    version: int = 0
    canceled: bool = False
    genuine: bool = False
    kept: bool = False
    beside: list[int] = field(default_factory=list)

    @property
    def article(self) -> str:
        """The newsroom's own id of the article: what its uri ends with."""
        return self.uri.rpartition(":")[2]

    @property
    def rank(self) -> tuple[int, int, bool]:
        """What is newer, as docs/partners.md has it: by version, then by the time of sending."""
        return (self.version, self.sent, self.canceled)


class Book:
    """Where requests are written down, one line each, once they are over."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, request: Request) -> None:
        self._file.write(json.dumps(asdict(request)) + "\n")
        self._file.flush()


def read(path: Path) -> list[Request]:
    """Every request, in the order in which they began."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return sorted((Request(**json.loads(line)) for line in lines), key=lambda one: one.began)


class Shelf(NamedTuple):
    """What a partner holds of one article: the version its readers see, or None; by which request."""

    version: int | None
    by: Request


def shelves(requests: Iterable[Request]) -> dict[tuple[str, str], Shelf]:
    """What everybody holds, by (party, uri), if they do as docs/partners.md tells them."""
    seen: set[tuple[str, str]] = set()
    held: dict[tuple[str, str], Shelf] = {}
    for one in _taken(requests):
        key = (one.party, one.uri)
        if (one.party, one.id) in seen or (key in held and one.rank < held[key].by.rank):
            continue
        seen.add((one.party, one.id))
        held[key] = Shelf(None if one.canceled else one.version, one)
    return held


def by_article(requests: Iterable[Request]) -> Mapping[tuple[str, str], list[Request]]:
    """The requests that came in whole, by (party, uri)."""
    found: dict[tuple[str, str], list[Request]] = {}
    for one in requests:
        if one.whole is not None:
            found.setdefault((one.party, one.uri), []).append(one)
    return found


def _taken(requests: Iterable[Request]) -> Iterator[Request]:
    taken = [(one.taken, one.number, one) for one in requests if one.taken is not None]
    yield from (one for _, _, one in sorted(taken))
