"""How a picture stands: what events and persons say of it, which articles carry it, and who gets it."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from syndicate.ledger import articles, pictures
from syndicate.ledger.database import Ledger
from syndicate.model.article import Article, ArticleId, Picture
from syndicate.model.clearance import PUBLIC
from syndicate.model.picture_rights import PictureRights, Said, on_record
from syndicate.model.record import Moment, Record
from syndicate.pipeline.case import Case, read_case
from syndicate.pipeline.newsroom import Newsroom
from syndicate.rights import clear
from syndicate.rights.pictures import is_undecided
from syndicate.rights.pictures import pictures as decide


class Told(Record):
    """An article that carries the picture, and what its event says of it."""

    article: ArticleId
    headline: str
    picture: Picture


class Passing(Record):
    """Whether the picture goes to one audience with one article now, and why."""

    audience: str
    name: str
    article: ArticleId
    passes: bool
    reason: str
    until: Moment | None = None


class PictureStanding(Record):
    """One picture, everywhere. `history` has every entry about its rights, oldest first."""

    url: str
    told: tuple[Told, ...]
    history: tuple[PictureRights, ...]
    passing: tuple[Passing, ...]

    @property
    def on_record(self) -> Said:
        """What counts of its entries."""
        return on_record(self.history)


class Listed(Record):
    """A picture of one live article, in short. `undecided`: nobody has said whose it is, and so it goes to nobody."""

    url: str
    caption: str
    article: ArticleId
    undecided: bool
    owner: str
    recorded_by: str = ""
    recorded_at: Moment | None = None


def picture_standing(ledger: Ledger, url: str, *, newsroom: Newsroom, now: datetime) -> PictureStanding:
    """How one picture stands with everybody, by today's agreements. One that nobody has told us of stands nowhere."""
    with ledger.read() as connection:
        history = pictures.entries(connection, [url]).get(url, [])
        found = [_case(connection, name, newsroom, now) for name in pictures.carriers(connection, [url])]
    cases = [one for one in found if one and any(picture.url == url for picture in one[1].pictures)]
    return PictureStanding(
        url=url,
        told=tuple(
            Told(article=told.id, headline=told.headline, picture=picture)
            for _, told in cases
            for picture in told.pictures
            if picture.url == url
        ),
        history=tuple(history),
        passing=tuple(one for case, _ in cases for one in _passing(case, url)),
    )


def list_pictures(ledger: Ledger, article_id: str, *, newsroom: Newsroom, now: datetime) -> list[Listed]:
    """The pictures of one live article; none of one that is unknown or withdrawn."""
    with ledger.read() as connection:
        found = _case(connection, article_id, newsroom, now)
        if found is None:
            return []
        case, _ = found
        history = pictures.entries(connection, [picture.url for picture in case.article.pictures])
    question = case.question(None)
    return [
        Listed(
            url=picture.url,
            caption=picture.caption,
            article=article_id,
            undecided=is_undecided(picture, question),
            owner=picture.owner,
            recorded_by=entries[-1].by if entries else "",
            recorded_at=entries[-1].at if entries else None,
        )
        for picture in case.article.pictures
        for entries in [history.get(picture.url, [])]
    ]


def articles_with_pictures(ledger: Ledger) -> list[str]:
    """The live articles that carry any, by id."""
    with ledger.read() as connection:
        return pictures.carrying(connection)


def _case(connection: Connection, article_id: str, newsroom: Newsroom, now: datetime) -> tuple[Case, Article] | None:
    """The case of a live article, and its words as the event said them."""
    head = articles.head(connection, article_id)
    revision = articles.revision(connection, article_id, head.revision) if head and head.revision else None
    if head is None or revision is None or not isinstance(revision.data, Article):
        return None
    return read_case(connection, head, revision, newsroom=newsroom, now=now), revision.data


def _passing(case: Case, url: str) -> Iterator[Passing]:
    for partner in (None, *case.newsroom.directory.partners):
        question = case.question(partner)
        answer = clear(question)
        (picture,) = (one for one in decide(question) if one.url == url)
        goes = answer.decision == "cleared"
        yield Passing(
            audience=partner.id if partner else PUBLIC,
            name=partner.name if partner else PUBLIC,
            article=case.head.id,
            passes=goes and picture.passed,
            reason=picture.reason if goes else f"the article is {answer.decision}: {answer.reason}",
            until=picture.until if goes else answer.until,
        )
