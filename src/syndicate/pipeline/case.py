"""The article in hand, and the question that is put for each audience."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from syndicate.ledger import articles, clearances, deliveries, derivations, listings, rulings
from syndicate.ledger import pictures as ledger_pictures
from syndicate.ledger.articles import Head, Revision
from syndicate.model.article import Article, Picture
from syndicate.model.clearance import PUBLIC, PUBLIC_LINKS, PictureVerdict, Ruling
from syndicate.model.listing import Listing
from syndicate.model.partner import Partner
from syndicate.model.supply import NOTHING_SUPPLIED, Supply, began
from syndicate.pipeline.duty import may_show
from syndicate.pipeline.newsroom import Newsroom
from syndicate.rights.pictures import pictures
from syndicate.rights.question import Question
from syndicate.rights.recorded import credits_before, recorded


@dataclass(frozen=True)
class Case:
    """An article: its head, its newest words and those it came out with, and the house and hour of the decision.

    `article` has its pictures as they are on record; `credits_before` is what the event said of those that are.
    `corrected` is when the correction that it notes was made; `once_cleared` is everybody it was ever cleared for.
    `dropped` are pictures that it doesn't carry any more, of earlier revisions that somebody may show still.
    """

    head: Head
    article: Article
    updated: datetime
    newsroom: Newsroom
    now: datetime
    released: Article
    last_withdrawn: int = 0
    withdrawn_master: str | None = None
    corrected: datetime | None = None
    rulings: Mapping[str, Ruling] = field(default_factory=dict)
    once_cleared: frozenset[str] = frozenset()
    supplies: Mapping[str, Supply] = field(default_factory=dict)
    credits_before: Mapping[str, str] = field(default_factory=dict)
    listing: Listing | None = None
    dropped: tuple[Picture, ...] = ()

    def questions(self) -> dict[str, Question]:
        """What is asked for everybody who is to have an answer: for the public, and for each partner, by audience.

        For a reprint's title, source and link only where a feed takes them, or they went out before.
        """
        directory, asked = self.newsroom.directory, {PUBLIC: self.question(None)}
        others = self.article.origin.carries_others and directory.links_reprints
        if others or PUBLIC_LINKS in self.once_cleared:
            asked[PUBLIC_LINKS] = self.question(None, as_link=True)
        return asked | {partner.id: self.question(partner) for partner in directory.partners}

    def question(self, partner: Partner | None, *, as_link: bool = False) -> Question:
        """May this partner have it? None asks for the public, be it `as_link`."""
        return Question(
            article=self.article,
            publisher=self.newsroom.publisher,
            partner=partner,
            released=self.released,
            first_published=self.head.first_published or self.article.published_at,
            withdrawn_master=self.withdrawn_master,
            ruling=self._ruling(partner.id if partner else PUBLIC),
            updated=self.updated,
            had=(partner.id if partner else PUBLIC_LINKS if as_link else PUBLIC) in self.once_cleared,
            as_link=as_link,
            supply=self.supplies.get(partner.id, NOTHING_SUPPLIED) if partner else NOTHING_SUPPLIED,
            now=self.now,
            credits_before=dict(self.credits_before),
            listing=self.listing,
        )

    def stale_pictures(self, question: Question) -> tuple[PictureVerdict, ...]:
        """What counts now of the `dropped` ones for an audience that may show them still."""
        if not self.dropped:
            return ()
        article = self.article.model_copy(update={"pictures": self.dropped})
        return pictures(question.model_copy(update={"article": article}))

    def _ruling(self, audience: str) -> Ruling | None:
        """What was decided for this audience, else for all. What one was refused only a word for that one lifts."""
        theirs, general = self.rulings.get(audience), self.rulings.get(rulings.ALL)
        if theirs is None or general is None or theirs.decision == "refused":
            return theirs or general
        newest = next(reversed([name for name in self.rulings if name in (audience, rulings.ALL)]))
        return self.rulings[newest]


def read_case(connection: Connection, head: Head, revision: Revision, *, newsroom: Newsroom, now: datetime) -> Case:
    """The case of an article that isn't withdrawn: `revision` is its head's, and has words."""
    article = revision.data
    assert isinstance(article, Article)  # the caller has looked
    dropped = _dropped(connection, head, article)
    records = ledger_pictures.said(connection, [picture.url for picture in (*article.pictures, *dropped)])
    with_dropped = article.model_copy(update={"pictures": (*article.pictures, *dropped)})
    names = {*article.origin.sources, *newsroom.publisher.own_names}
    return Case(
        head=head,
        article=recorded(article, records),
        updated=revision.updated,
        newsroom=newsroom,
        now=now,
        released=articles.first_words(connection, head.id),
        last_withdrawn=articles.last_withdrawn(connection, head.id),
        corrected=articles.corrected_at(connection, revision),
        withdrawn_master=derivations.withdrawn_master(connection, article.derived_from),
        rulings=rulings.of_article(connection, head.id),
        once_cleared=frozenset(clearances.ever_cleared(connection, head.id)),
        supplies=supplies(connection, head.id, newsroom=newsroom, now=now),
        credits_before=credits_before(with_dropped, records),
        listing=listings.in_force(connection, asked=names, now=now),
        dropped=recorded(with_dropped, records).pictures[len(article.pictures) :],
    )


def _dropped(connection: Connection, head: Head, article: Article) -> tuple[Picture, ...]:
    """Each once, as the last of the revisions that carried it says."""
    if head.revision == 1:
        return ()
    rows = deliveries.of_article(connection, head.id)
    histories = groupby(rows, key=lambda row: row.destination_id)
    shown = {one.revision for _, history in histories for one in may_show(list(history))} - {head.revision}
    words = [articles.revision(connection, head.id, number).data for number in sorted(shown)]
    found = {picture.url: picture for data in words if isinstance(data, Article) for picture in data.pictures}
    carried = {picture.url for picture in article.pictures}
    return tuple(picture for url, picture in found.items() if url not in carried)


def supplies(connection: Connection, article_id: str, *, newsroom: Newsroom, now: datetime) -> dict[str, Supply]:
    """What the partners have had whose agreement bounds it."""
    zone = newsroom.publisher.timezone
    agreed = {partner.id: partner.agreement_at(now, zone) for partner in newsroom.directory.partners}
    bounded = {name: periods for name, one in agreed.items() if one and (periods := [*one.quota.limits()])}
    if not bounded:
        return {}
    since = {period: began(period, now, zone) for periods in bounded.values() for period, _ in periods}
    return clearances.supplies(connection, bounded, article_id, since=since)


def find_case(
    connection: Connection, article_id: str, *, newsroom: Newsroom, now: datetime
) -> tuple[Case, Revision] | None:
    """The case of an article by its id, with its newest revision as it is written; None if unknown or withdrawn."""
    head = articles.head(connection, article_id)
    revision = articles.revision(connection, article_id, head.revision) if head and head.revision else None
    if head is None or revision is None or not isinstance(revision.data, Article):
        return None
    case = read_case(connection, head, revision, newsroom=newsroom, now=now)
    return case, replace(revision, data=case.article)


def as_recorded(connection: Connection, revision: Revision) -> Revision:
    """A revision with its pictures as they are on record."""
    if not isinstance(revision.data, Article):
        return revision
    records = ledger_pictures.said(connection, [picture.url for picture in revision.data.pictures])
    return replace(revision, data=recorded(revision.data, records))
