"""What happened to one article on its way to one partner, for whoever has to find out why it came out wrong."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from tests.chaos.judge import Case
from tests.chaos.scenario import Said


@dataclass(frozen=True)
class History:
    """All that is known, and how to tell of it."""

    case: Case
    said: Sequence[Said]
    answers: Mapping[int, Mapping[str, Any]]
    began: float
    deeds: Sequence[Mapping[str, Any]]

    def of(self, party: str, article: str) -> str:
        """Events, deeds of the gremlin, requests, deliveries and tries, in seconds since the beginning."""
        lines = [*self._events(article), *self._requests(party, article), *self._tries(party, article)]
        lines += [(deed["began"], f"gremlin: {deed['deed']}: {deed['told']}") for deed in self.deeds]
        told = [f"{at - self.began:8.2f}  {line}" for at, line in sorted(lines)]
        rows = [row for row in self.case.rows if (row["partner_id"], row["article_id"]) == (party, article)]
        return "\n".join([*told, *(f"          row: {_row(row)}" for row in rows)])

    def _events(self, article: str) -> Iterator[tuple[float, str]]:
        for place, one in enumerate(self.said):
            answer = self.answers.get(place, {})
            if one.article == article:
                data = one.envelope["data"]
                told = {name: data[name] for name in ("version", "section", "change", "final") if name in data}
                answered = {name: answer.get(name) for name in ("status", "outcome", "revision", "tries")}
                yield answer.get("at", 0), f"event: {one.envelope['id']} {told} -> {answered}"

    def _requests(self, party: str, article: str) -> Iterator[tuple[float, str]]:
        keys = {row["id"] for row in self.case.rows if (row["partner_id"], row["article_id"]) == (party, article)}
        for one in self.case.requests:
            if one.id in keys:
                shown = {name: self._at(value) for name, value in vars(one).items() if value not in (None, "", [])}
                yield one.began, f"request: {json.dumps(shown)}"

    def _tries(self, party: str, article: str) -> Iterator[tuple[float, str]]:
        for row in self.case.rows:
            if (row["partner_id"], row["article_id"]) == (party, article):
                for one in self.case.attempts.get(row["id"], ()):
                    told = {name: one[name] for name in ("id", "number", "duration_ms", "outcome", "status", "reason")}
                    yield steady(one["started_at"]), f"try: {row['action']} {row['revision']} {told}"

    def _at(self, value: object) -> object:
        return round(value - self.began, 3) if isinstance(value, float) else value


def steady(moment: object) -> float:
    """A moment that a database tells, by the machine's steady clock."""
    then = moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))
    ago = datetime.now(UTC) - (then if then.tzinfo else then.replace(tzinfo=UTC))
    return monotonic() - ago.total_seconds()


def _row(row: Mapping[str, Any]) -> str:
    names = ("seq", "id", "action", "revision", "edition", "lane", "state", "reason", "tries", "due_at", "settled_at")
    return str({name: row[name] for name in names if row[name] is not None})
