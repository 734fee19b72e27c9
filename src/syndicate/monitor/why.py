"""Why did they get it, or not? One answer for each partner about one article."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from syndicate.formats.dialect import left_out
from syndicate.ledger import articles, attempts, clearances, deliveries, health
from syndicate.ledger.clearances import Standing
from syndicate.ledger.database import Ledger
from syndicate.ledger.deliveries import Delivery
from syndicate.model.article import Article
from syndicate.model.clearance import PUBLIC, PUBLIC_LINKS, PictureVerdict, Verdict
from syndicate.model.feed import Directory
from syndicate.model.partner import Partner
from syndicate.model.record import Moment, Record
from syndicate.monitor.destinations import in_words

Word = Literal["delivered", "waiting", "sending", "failed", "cancelled", "held", "refused", "cleared", "unplanned"]


class Sending(Record):
    """One delivery, as `why` tells it. Its bytes were `kept_until` then; none: they are here, or never were."""

    id: str
    destination: str
    action: str
    revision: int
    state: str
    reason: str
    tries: int
    due_at: Moment | None
    settled_at: Moment | None
    kept_until: Moment | None = None
    remote_url: str = ""


class Explanation(Record):
    """How one audience stands with an article: in one word, in a sentence, and delivery by delivery.

    `keeps_revision` is what a partner that is refused has from before and may keep.
    """

    audience: str
    name: str
    standing: Word
    reason: str
    until: Moment | None = None
    keeps_revision: int | None = None
    agreement: str = ""
    pictures: tuple[PictureVerdict, ...] = ()
    deliveries: tuple[Sending, ...] = ()


class Why(Record):
    """An article, and how everybody stands with it. `kind` is what happened to it last."""

    article: str
    headline: str
    revision: int
    withdrawn: bool
    kind: articles.Kind
    reason: str
    explanations: tuple[Explanation, ...]


def why(
    ledger: Ledger, article_id: str, *, directory: Directory, now: datetime, partner_id: str | None = None
) -> Why | None:
    """How every audience, or one partner, stands with an article; None when we were never told of it."""
    with ledger.read() as connection:
        head = articles.head(connection, article_id)
        if head is None:
            return None
        newest = articles.revision(connection, article_id, head.revision)
        words = articles.last_article(connection, article_id, before=head.revision + 1)
        standings = clearances.of_revision(connection, article_id, words.revision if words else 0)
        rows = deliveries.of_article(connection, article_id)
        receipts = attempts.receipts_of(connection, article_id)
        unwell = health.troubled(connection)
        remote = {seq: receipt.remote_url for seq, receipt in receipts.values()}
    names = {PUBLIC: "公开订阅源 (public feeds)"} | {partner.id: partner.name for partner in directory.partners}
    if PUBLIC_LINKS in standings:
        names[PUBLIC_LINKS] = "公开订阅源转载链接 (title, source and link)"
    audiences = list(dict.fromkeys([*names, *standings, *(row.partner_id for row in rows)]))
    explanations = [
        _explain(
            audience,
            names.get(audience, audience),
            standings.get(audience),
            [row for row in rows if row.partner_id == audience],
            remote,
            withdrawn=head.withdrawn,
            unwell={name: in_words(one, now) for name, one in unwell.items()},
            unspoken="" if head.withdrawn else _unspoken(words, directory.partner(audience)),
        )
        for audience in audiences
        if partner_id in (None, audience)
    ]
    return Why(
        article=article_id,
        headline=words.data.headline if words and isinstance(words.data, Article) else "",
        revision=head.revision,
        withdrawn=head.withdrawn,
        kind=newest.kind,
        reason="" if isinstance(newest.data, Article) else newest.data.reason,
        explanations=tuple(explanations),
    )


def _explain(
    audience: str,
    name: str,
    standing: Standing | None,
    rows: list[Delivery],
    remote: dict[int, str],
    *,
    withdrawn: bool,
    unwell: Mapping[str, str],
    unspoken: str = "",
) -> Explanation:
    last = max(rows, key=lambda row: (row.revision, row.edition, row.seq), default=None)
    word, reason = _in_a_word(standing, last, withdrawn=withdrawn)
    if word == "waiting" and last and last.lane != "retract" and last.destination_id in unwell:
        reason = f"{reason}; {unwell[last.destination_id]}"
    kept = _kept(rows) if word == "refused" and standing and standing.clearance.keeps else None
    if kept:
        reason = f"{reason}; they keep revision {kept}, which they have"
    if unspoken and standing and standing.clearance.decision == "cleared":
        reason = f"{reason}; not in the RSS of its feed: {unspoken}"
    return Explanation(
        audience=audience,
        name=name,
        standing=word,
        reason=reason,
        until=standing.clearance.until if standing else None,
        keeps_revision=kept,
        agreement=standing.agreement if standing else "",
        pictures=standing.clearance.pictures if standing else (),
        deliveries=tuple(_sending(row, remote.get(row.seq, "")) for row in rows),
    )


def _kept(rows: Sequence[Delivery]) -> int | None:
    """The newest revision that a destination has for certain, and wasn't asked to take down since."""
    has: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: (row.revision, row.edition, row.seq)):
        if row.action == "withdraw":
            has.pop(row.destination_id, None)
        elif row.state == "delivered":
            has[row.destination_id] = row.revision
    return max(has.values(), default=None)


def _unspoken(words: articles.Revision | None, partner: Partner | None) -> str:
    """Why the article has no entry in the dialect of this partner's RSS, where it has one."""
    if words is None or partner is None or partner.dialect is None or not isinstance(words.data, Article):
        return ""
    return left_out(words.data, partner.dialect)


def _in_a_word(standing: Standing | None, last: Delivery | None, *, withdrawn: bool) -> tuple[Word, str]:
    if standing is None and last is None:
        return "unplanned", "withdrawn before it was planned" if withdrawn else "not planned yet"
    if last is not None and (withdrawn or standing is None or standing.clearance.decision == "cleared"):
        return last.state, f"{last.action}: {last.reason}"
    if last is not None and last.action == "withdraw":
        return last.state, f"withdraw: {last.reason}"
    assert standing is not None
    if withdrawn and standing.clearance.decision == "cleared":
        return "cancelled", "the article was withdrawn: it is gone from the feeds"
    if withdrawn and standing.clearance.decision == "held":
        return "cancelled", f"the article was withdrawn before its time: {standing.clearance.reason}"
    return standing.clearance.decision, standing.clearance.reason


def _sending(row: Delivery, remote_url: str) -> Sending:
    return Sending(
        id=row.id,
        destination=row.destination_id,
        action=row.action,
        revision=row.revision,
        state=row.state,
        reason=row.reason,
        tries=row.tries,
        due_at=row.due_at,
        settled_at=row.settled_at,
        kept_until=row.kept_until,
        remote_url=remote_url,
    )


def with_rules(found: Why, said: Mapping[str, Sequence[Verdict]]) -> dict[str, Any]:
    """The answers as JSON, with what each rule says for those that were asked about, where that was asked for."""
    told = {audience: [one.model_dump(mode="json") for one in verdicts] for audience, verdicts in said.items()}
    asked = {one.audience for one in found.explanations}
    extra = {"rules": {audience: rules for audience, rules in told.items() if audience in asked}} if told else {}
    return found.model_dump(mode="json") | extra
