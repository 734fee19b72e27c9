"""The article in hand, and the question that is put for each audience."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from syndicate.ledger import articles, derivations, rulings
from syndicate.ledger.articles import Head, Revision
from syndicate.model.article import Article
from syndicate.model.clearance import PUBLIC, Ruling
from syndicate.model.partner import Partner
from syndicate.pipeline.newsroom import Newsroom
from syndicate.rights.question import Question


@dataclass(frozen=True)
class Case:
    """An article: its head, its newest words and those it came out with, and the house and hour of the decision.

    `corrected` is when the correction that it notes was made.
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

    def question(self, partner: Partner | None) -> Question:
        """May this partner have it? None asks for the public."""
        return Question(
            article=self.article,
            publisher=self.newsroom.publisher,
            partner=partner,
            released=self.released,
            first_published=self.head.first_published or self.article.published_at,
            withdrawn_master=self.withdrawn_master,
            ruling=self._ruling(partner.id if partner else PUBLIC),
            now=self.now,
        )

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
    return Case(
        head=head,
        article=article,
        updated=revision.updated,
        newsroom=newsroom,
        now=now,
        released=articles.first_words(connection, head.id),
        last_withdrawn=articles.last_withdrawn(connection, head.id),
        corrected=articles.corrected_at(connection, revision),
        withdrawn_master=derivations.withdrawn_master(connection, article.derived_from),
        rulings=rulings.of_article(connection, head.id),
    )


def find_case(
    connection: Connection, article_id: str, *, newsroom: Newsroom, now: datetime
) -> tuple[Case, Revision] | None:
    """The case of an article by its id, with its newest revision; None for what is unknown or withdrawn."""
    head = articles.head(connection, article_id)
    revision = articles.revision(connection, article_id, head.revision) if head and head.revision else None
    if head is None or revision is None or not isinstance(revision.data, Article):
        return None
    return read_case(connection, head, revision, newsroom=newsroom, now=now), revision
