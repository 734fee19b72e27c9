"""Takes in what the newsroom says: an event is checked whole, accepted at most once, and makes a new revision."""

from datetime import datetime, timedelta
from typing import Any, Literal, cast
from urllib.parse import urljoin

from sqlalchemy import Connection

from syndicate.ledger import articles, deliveries, events, packages, pictures
from syndicate.ledger.articles import Head, Revision
from syndicate.markup.characters import legal
from syndicate.markup.sanitise import sanitise
from syndicate.model.article import Article, Withdrawal
from syndicate.model.event import Envelope, Event, EventType, read_event
from syndicate.model.problem import Invalid, invalid
from syndicate.model.publisher import Publisher
from syndicate.model.record import Record
from syndicate.model.step import Plan, Step, Withdraw
from syndicate.pipeline import release
from syndicate.rights.question import local

ONE_SECOND = timedelta(seconds=1)
DEEPEST = 32  # levels of JSON; an article has four


class Conflict(ValueError):
    """An event that contradicts what we have, by its `field`; nothing was recorded, so it may be sent again later."""

    def __init__(self, message: str, *, field: str = "data.id") -> None:
        super().__init__(message)
        self.field = field


class Received(Record):
    """What became of an event. `ignored` ones are recorded, with the reason, and change nothing."""

    event_id: str
    source: str
    article_id: str
    outcome: Literal["accepted", "duplicate", "ignored"]
    reason: str = ""
    revision: int | None = None
    notes: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


def receive(connection: Connection, envelope: Envelope, *, publisher: Publisher, now: datetime) -> Received:
    """Take in one event, in the caller's transaction. Raises `Invalid` (every mistake, by field) or `Conflict`."""
    notes: list[str] = []
    event = _tidy(read_event(_all_legal(envelope, notes)))
    articles.claim_id(connection, event.data.id, uri=publisher.tag_uri(event.data.id))
    head = articles.head(connection, event.data.id, lock=True)
    assert head is not None
    known = events.find(connection, source=event.source, event_id=event.id)
    if known is not None:
        return _repeated(event, known.digest, known.revision)
    former = articles.revision(connection, head.id, head.revision) if head.revision else None
    reason = _changes_nothing(event, head, former)
    if not reason:
        _check_against(connection, event, head, former, publisher=publisher, now=now)
    revision = None if reason else head.revision + 1
    seq = events.add(
        connection,
        event,
        outcome="ignored" if reason else "accepted",
        reason=reason,
        revision=revision,
        notes=notes,
        now=now,
    )
    if not reason:
        _revise(connection, event, head, former, seq=seq, now=now)
    return _received(event, "ignored" if reason else "accepted", reason, revision, notes)


def _revise(
    connection: Connection, event: Event, head: Head, former: Revision | None, *, seq: int, now: datetime
) -> None:
    data, kind = event.data, articles.KINDS[event.type]
    if kind == "descheduled" and articles.last_withdrawn(connection, head.id):
        kind = "withdrawn"  # it was to be brought back, and is withdrawn as before
    number = articles.add_revision(
        connection,
        head,
        kind=kind,
        data=data,
        event_seq=seq,
        updated=_updated(data, head, former, now),
        first_published=release.first_published(data, _article(former), head.first_published, now=now),
        now=now,
    )
    packages.collect(connection, head.id, data.items if isinstance(data, Article) else ())
    if isinstance(data, Article):
        pictures.carry(connection, head.id, [one.url for one in data.pictures])
    else:
        pictures.drop(connection, head.id)
    overtaken = f"the article was {kind}" if isinstance(data, Withdrawal) else f"superseded by revision {number}"
    deliveries.cancel_waiting(connection, head.id, reason=overtaken, now=now)


def _updated(data: Article | Withdrawal, head: Head, former: Revision | None, now: datetime) -> datetime:
    """The date that feeds show: later than every other that they showed, unless the change is minor."""
    said = (data.updated_at or data.published_at) if isinstance(data, Article) else now
    if former is None:
        return said
    words = _article(former)
    if (
        words
        and isinstance(data, Article)
        and data.change == "minor"
        and not release.moves_embargo(data, words, now=now)
    ):
        return former.updated
    shown = max(former.updated, min(head.first_published or former.updated, now))
    return max(said, shown + ONE_SECOND)


def _check_against(
    connection: Connection, event: Event, head: Head, former: Revision | None, *, publisher: Publisher, now: datetime
) -> None:
    """Raise `Invalid` or `Conflict` for what can't be done to the article as it stands."""
    article = _article(former)
    if isinstance(event.data, Article):
        if problems := release.untimely(event.data, article, now=now):
            raise Invalid(problems)
        return
    if event.type == "article.descheduled" and not release.is_scheduled(article, now=now):
        raise Conflict(_not_scheduled(head, article, publisher))
    if not head.withdrawn and (collecting := packages.collecting(connection, head.id)):
        named = f"package {collecting[0]}" if len(collecting) == 1 else f"packages {', '.join(collecting)}"
        raise Conflict(f"article {head.id} is in the live {named}: withdraw or correct the package first")


def _not_scheduled(head: Head, article: Article | None, publisher: Publisher) -> str:
    if article is None:
        return f"article {head.id} is not scheduled: we were never told of it"
    out = article.publish_at or head.first_published or article.published_at
    return f"article {head.id} was published on {local(out, publisher)}: withdraw it instead, with article.withdrawn"


def _article(revision: Revision | None) -> Article | None:
    return revision.data if revision and isinstance(revision.data, Article) else None


def _changes_nothing(event: Event, head: Head, former: Revision | None) -> str:
    """Why an event changes nothing, or an empty string when it does."""
    data = event.data
    if head.final:
        return "the article was withdrawn for good"
    if isinstance(data, Withdrawal):
        if data.version < head.version:
            return f"version {data.version} is older than version {head.version}, which we have"
        return _taken_back_already(event.type, data, former)
    if head.revision and data.version <= head.version:
        return f"version {data.version} is not newer than version {head.version}, which we have"
    if former and head.withdrawn and event.type == "article.updated":
        return f"the article is {former.kind}: only article.published brings it back"
    return ""


def _taken_back_already(said: EventType, data: Withdrawal, former: Revision | None) -> str:
    if former is None or isinstance(former.data, Article):
        return ""
    says_more = said == "article.withdrawn" and (data.final or former.kind == "descheduled")
    return "" if says_more else f"the article is {former.kind} already"


def _repeated(event: Event, digest: str, revision: int | None) -> Received:
    if digest != event.digest:
        raise Conflict(f"event {event.id} of {event.source} was accepted before with other content", field="id")
    return _received(event, "duplicate", "accepted before", revision, [])


def _received(
    event: Event,
    outcome: Literal["accepted", "duplicate", "ignored"],
    reason: str,
    revision: int | None,
    notes: list[str],
) -> Received:
    article_id = event.data.id
    next_step: Step = (
        Withdraw(article_id=article_id) if isinstance(event.data, Withdrawal) else Plan(article_id=article_id)
    )
    return Received(
        event_id=event.id,
        source=event.source,
        article_id=article_id,
        outcome=outcome,
        reason=reason,
        revision=revision,
        notes=tuple(notes),
        steps=(next_step,) if outcome == "accepted" else (),
    )


def _tidy(event: Event) -> Event:
    """The event with its body sanitised: from here on the HTML may be trusted."""
    data = event.data
    if not isinstance(data, Article):
        return event
    body = sanitise(data.body_html, base_url=data.url)
    if not body.strip():
        raise invalid("data.body_html", "nothing is left of it once scripts and unknown markup are taken out")
    return event.model_copy(update={"data": data.model_copy(update={"body_html": body})})


def _all_legal(envelope: Envelope, notes: list[str]) -> Envelope:
    try:
        return cast(Envelope, _legal(envelope, "", notes))
    except RecursionError:
        raise invalid("", "is nested too deeply") from None


def _legal(value: Any, path: str, notes: list[str]) -> Any:  # noqa: ANN401 - JSON is what it is
    """The value without characters that XML forbids, pictures' addresses made absolute; what was done is noted."""
    if path.count(".") > DEEPEST:
        raise invalid(".".join(path.split(".")[:4]), "is nested too deeply")
    if isinstance(value, str):
        text, removed = legal(value)
        if removed:
            notes.append(f"{path}: {removed} characters that XML forbids were taken out")
        return text
    if isinstance(value, list):
        return [_legal(part, f"{path}.{number}", notes) for number, part in enumerate(value)]
    if isinstance(value, dict):
        tidy = {legal(str(key))[0]: _legal(part, f"{path}.{key}".lstrip("."), notes) for key, part in value.items()}
        return _absolute_pictures(tidy)
    return value


def _absolute_pictures(fields: dict[str, Any]) -> dict[str, Any]:
    pictures, base = fields.get("pictures"), fields.get("url")
    if not isinstance(pictures, list) or not isinstance(base, str):
        return fields
    return fields | {"pictures": [_absolute(picture, base) for picture in pictures]}


def _absolute(picture: Any, base: str) -> Any:  # noqa: ANN401
    if not isinstance(picture, dict) or not isinstance(picture.get("url"), str):
        return picture
    try:
        return picture | {"url": urljoin(base, picture["url"])}
    except ValueError:
        return picture  # validation will say what is wrong with it
