"""The article in hand, and the question that is put for each audience."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syndicate.ledger import articles, derivations
from syndicate.ledger.articles import Head, Revision
from syndicate.model.article import Article
from syndicate.model.partner import Partner
from syndicate.pipeline.newsroom import Newsroom
from syndicate.rights.question import Question


@dataclass(frozen=True)
class Case:
    """An article: its head, its newest words and those it came out with, and the house and hour of the decision."""

    head: Head
    article: Article
    updated: datetime
    newsroom: Newsroom
    now: datetime
    released: Article
    last_withdrawn: int = 0
    withdrawn_master: str | None = None

    def question(self, partner: Partner | None) -> Question:
        """May this partner have it? None asks for the public."""
        return Question(
            article=self.article,
            publisher=self.newsroom.publisher,
            partner=partner,
            released=self.released,
            first_published=self.head.first_published or self.article.published_at,
            withdrawn_master=self.withdrawn_master,
            now=self.now,
        )


def read_case(connection: Connection, head: Head, revision: Revision, *, newsroom: Newsroom, now: datetime) -> Case:
    """The case of an article that isn't withdrawn: `revision` is its head's, and has words."""
    article = revision.data
    assert isinstance(article, Article)  # the caller has looked
    withdrawn = articles.last_withdrawn(connection, head.id)
    return Case(
        head=head,
        article=article,
        updated=revision.updated,
        newsroom=newsroom,
        now=now,
        released=articles.first_words(connection, head.id, after=withdrawn),
        last_withdrawn=withdrawn,
        withdrawn_master=derivations.withdrawn_master(connection, article.derived_from),
    )
