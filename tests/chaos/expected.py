"""What must come of what was said: computed from the events alone, by the rules that docs/newsroom.md tells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.chaos.scenario import Party, Said

Outcome = Literal["accepted", "ignored", "duplicate", "conflict"]


@dataclass(frozen=True)
class Revision:
    """One revision of an article; a withdrawal has no section."""

    number: int
    section: str
    significant: bool

    @property
    def withdrawn(self) -> bool:
        """Whether it took the article back."""
        return not self.section


@dataclass
class Article:
    """An article as the newsroom's events make it. `outcomes` is what each of them must come to, in order."""

    revisions: list[Revision] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    _version: int = 0
    _final: bool = False
    _known: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def hear(self, envelope: Mapping[str, Any]) -> None:
        """One more event."""
        known = self._known.get(envelope["id"])
        if known is not None:
            self.outcomes.append("duplicate" if known == envelope else "conflict")
            return
        self._known[envelope["id"]] = envelope
        self.outcomes.append("accepted" if self._counts(envelope) else "ignored")
        if self.outcomes[-1] == "accepted":
            self._revise(envelope)

    def holds(self, party: Party) -> set[int] | None:
        """The versions of which a partner must have one in the end; None: it must have none at all."""
        head = self.revisions[-1]
        if head.withdrawn or not party.may_have(head.section):
            return None
        significant = max(one.number for one in self.revisions if one.significant)
        return set(range(significant, head.number + 1))  # minor corrections aren't sent to those who have it

    def may_see(self, party: Party) -> set[int]:
        """The versions that may ever be sent to a partner as words."""
        return {one.number for one in self.revisions if not one.withdrawn and party.may_have(one.section)}

    def _counts(self, envelope: Mapping[str, Any]) -> bool:
        data, is_withdrawn = envelope["data"], bool(self.revisions) and self.revisions[-1].withdrawn
        if self._final:
            return False
        if envelope["type"] == "article.withdrawn":
            return data["version"] >= self._version and (not is_withdrawn or data["final"])
        if is_withdrawn and envelope["type"] == "article.updated":
            return False
        return data["version"] > self._version

    def _revise(self, envelope: Mapping[str, Any]) -> None:
        data = envelope["data"]
        self._version = max(self._version, data["version"])
        self._final = envelope["type"] == "article.withdrawn" and data["final"]
        section = data["section"][0] if "section" in data else ""
        self.revisions.append(Revision(len(self.revisions) + 1, section, data.get("change") != "minor"))


def articles(said: Sequence[Said]) -> dict[str, Article]:
    """Every article, after all that was said of it."""
    found: dict[str, Article] = {}
    for one in said:
        found.setdefault(one.article, Article()).hear(one.envelope)
    return found


def outcomes(said: Iterable[Said]) -> list[Outcome]:
    """What each event must come to, in their order."""
    told: list[Outcome] = []
    found: dict[str, Article] = {}
    for one in said:
        article = found.setdefault(one.article, Article())
        article.hear(one.envelope)
        told.append(article.outcomes[-1])
    return told
