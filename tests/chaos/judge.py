"""Holds what the partners wrote down, and what the ledger says, against what must have come of it all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.chaos.book import Request, by_article, shelves
from tests.chaos.expected import Article, outcomes
from tests.chaos.scenario import Party, Said

NOTICED_WITHIN_S = 8  # a changed secret, by every worker


@dataclass(frozen=True)
class Fault:
    """Something that must not be."""

    rule: str
    party: str
    article: str
    told: str


@dataclass(frozen=True)
class Case:
    """All the evidence. `stops` are the spans in which a process stood still for longer than its lease allows.

    `troubled` are the destinations that aren't well in the end, `surprises` errors in the logs that must not be there.
    """

    parties: Mapping[str, Party]
    articles: Mapping[str, Article]
    requests: Sequence[Request]
    rows: Sequence[Mapping[str, Any]]
    attempts: Mapping[str, Sequence[Mapping[str, Any]]]
    stops: Sequence[tuple[float, float]]
    troubled: frozenset[str]
    surprises: Sequence[str]
    calm_at: float

    def is_excused(self, *moments: float) -> bool:
        """Whether something may be late because a process stood still."""
        return any(since <= one <= until for one in moments for since, until in self.stops)


def judge(case: Case) -> list[Fault]:
    """Every fault there is."""
    checks = (
        _nothing_lost,
        _only_what_they_may_have,
        _nothing_old_over_new,
        _one_key_one_content,
        _one_at_a_time,
        _all_genuine,
        _everything_final,
        _delivered_means_taken,
        _every_try_on_record,
        _no_bugs,
    )
    return [fault for check in checks for fault in check(case)]


def judge_answers(
    said: Sequence[Said], answers: Mapping[int, Mapping[str, Any]], events: Mapping[str, Mapping[str, Any]]
) -> Iterator[Fault]:
    """Whether every event was answered as it must be, and is on record as it was answered."""
    statuses = {"accepted": (202, 200), "ignored": (200,), "duplicate": (200,), "conflict": (409,)}
    revisions: dict[str, int] = {}
    for place, (one, outcome) in enumerate(zip(said, outcomes(said), strict=True)):
        answer, event = answers[place], events.get(one.envelope["id"], {})
        revisions[one.article] = revisions.get(one.article, 0) + (outcome == "accepted")
        if answer["status"] not in statuses[outcome]:
            yield Fault("events", "", one.article, f"{one.envelope['id']} must be {outcome}, and was answered {answer}")
        if outcome in ("accepted", "ignored") and event.get("outcome") != outcome:
            yield Fault("events", "", one.article, f"{one.envelope['id']} must be {outcome}, and is {event}")
        if outcome == "accepted" and not answer.get("revision") == event.get("revision") == revisions[one.article]:
            told = f"{one.envelope['id']} must be revision {revisions[one.article]}: {answer}, {event}"
            yield Fault("events", "", one.article, told)


def _nothing_lost(case: Case) -> Iterator[Fault]:
    held = shelves(case.requests)
    uris = {one.article: one.uri for one in case.requests if one.uri}
    for party in case.parties.values():
        if not party.mended:
            continue
        for name, article in case.articles.items():
            shelf = held.get((party.id, uris.get(name, "")))
            version, wanted = (shelf.version if shelf else None), article.holds(party)
            if wanted is None and version is not None:
                yield Fault("nothing undead", party.id, name, f"holds version {version}, and must have none")
            if wanted is not None and version not in wanted:
                yield Fault("nothing lost", party.id, name, f"holds {version}, and must have one of {sorted(wanted)}")


def _only_what_they_may_have(case: Case) -> Iterator[Fault]:
    for one in case.requests:
        if one.uri and not one.canceled:
            allowed = case.articles[one.article].may_see(case.parties[one.party])
            if one.version not in allowed:
                yield Fault("rights", one.party, one.article, f"was sent version {one.version}: {one.number}")


def _nothing_old_over_new(case: Case) -> Iterator[Fault]:
    """By the order in which requests came: nothing lower begins after something higher, or after its removal."""
    for (party, _), requests in by_article(case.requests).items():
        newest = requests[0]
        for one in requests[1:]:
            is_old = one.version < newest.version or (
                one.version == newest.version and newest.canceled and not one.canceled
            )
            if is_old and not case.is_excused(one.began):
                told = f"version {one.version} ({one.number}) came after {newest.version} ({newest.number})"
                yield Fault("nothing undead" if newest.canceled else "old over new", party, one.article, told)
            newest = max(newest, one, key=lambda two: (two.version, two.canceled))


def _one_key_one_content(case: Case) -> Iterator[Fault]:
    contents: dict[str, str] = {}
    for one in case.requests:
        if one.whole is not None and contents.setdefault(one.id, one.digest) != one.digest:
            yield Fault("one key, one content", one.party, one.article, f"{one.id} carries two contents: {one.number}")


def _one_at_a_time(case: Case) -> Iterator[Fault]:
    for one in case.requests:
        if one.beside and not case.is_excused(one.began):
            yield Fault("one at a time", one.party, one.article, f"{one.number} came beside {one.beside}")


def _all_genuine(case: Case) -> Iterator[Fault]:
    for one in case.requests:
        is_right = case.parties[one.party].right_secret or one.began > case.calm_at + NOTICED_WITHIN_S
        if one.whole is not None and not one.genuine and is_right:
            yield Fault("signature", one.party, one.article, f"{one.number} is not signed as it should be")
        listens = case.parties[one.party].listens
        if listens in ("expired", "unknown", "private") and one.began < case.calm_at:
            yield Fault("network", one.party, one.article, f"{one.number} got through to one that is {listens}")


def _everything_final(case: Case) -> Iterator[Fault]:
    for row in case.rows:
        party, state = case.parties[row["partner_id"]], row["state"]
        is_held = not party.mended and row["destination_id"] in case.troubled
        if state in ("waiting", "sending") and not is_held:
            yield Fault("everything final", party.id, row["article_id"], f"{row['id']} is {state} still")
        if state in ("failed", "cancelled") and not row["reason"]:
            yield Fault("everything final", party.id, row["article_id"], f"{row['id']} {state} without a reason")


def _delivered_means_taken(case: Case) -> Iterator[Fault]:
    said: dict[str, set[int | None]] = {}
    for one in case.requests:
        if one.answered is not None:
            said.setdefault(one.id, set()).add(one.status)
    for row in case.rows:
        good = {200, 201, 202, 204} | ({404, 410} if row["action"] == "withdraw" else set())
        if row["state"] == "delivered" and not good & said.get(row["id"], set()):
            told = f"{row['id']} is delivered, but was answered {said.get(row['id'], 'never')}"
            yield Fault("delivered means taken", row["partner_id"], row["article_id"], told)


def _every_try_on_record(case: Case) -> Iterator[Fault]:
    came: dict[str, int] = {}
    for one in case.requests:
        # When a kept connection breaks, libcurl says the same again on another: docs/decisions/0007.
        if one.id and not (one.kept and one.mood in ("reset", "half-close")):
            came[one.id] = came.get(one.id, 0) + 1
    rows = {row["id"]: row for row in case.rows}
    for id, many in came.items():
        if id not in rows:
            yield Fault("every try on record", "", "", f"{id} came, and the ledger does not know it")
        elif many > len(case.attempts.get(id, ())):
            row, known = rows[id], len(case.attempts.get(id, ()))
            told = f"{id} came {many} times, and {known} tries are on record"
            yield Fault("every try on record", row["partner_id"], row["article_id"], told)


def _no_bugs(case: Case) -> Iterator[Fault]:
    for line in case.surprises:
        yield Fault("bugs", "", "", line)
    for row in case.rows:
        for attempt in case.attempts.get(row["id"], ()):
            if attempt["outcome"] == "bug":
                yield Fault("bugs", row["partner_id"], row["article_id"], f"{row['id']}: {attempt['reason']}")
