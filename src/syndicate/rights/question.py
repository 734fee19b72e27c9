"""What every rule is asked: an article, who wants it, on which terms, and when."""

from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from pydantic import Field

from syndicate.model.agreement import Agreement
from syndicate.model.article import Article, ArticleId
from syndicate.model.clearance import Ruling, Verdict
from syndicate.model.listing import Listing
from syndicate.model.partner import Partner
from syndicate.model.publisher import Publisher
from syndicate.model.record import Moment, Record
from syndicate.model.supply import NOTHING_SUPPLIED, Supply


class Question(Record):
    """May this audience have this article now?

    No `partner` asks for the public feeds, which carry headline, summary and link under no agreement. `released` is the
    article as it first came out, whose targets count too; `first_published` is when that was, whatever was corrected
    since, and `updated` when it last changed significantly. `withdrawn_master` is the story it derives from, directly
    or through others, if that was withdrawn; `ruling` what a person has decided for this audience. `had` says that the
    article was cleared for them before, and `supply` what else they have had, where a quota asks. `credits_before` is
    the credit line, by url, that the event gave those pictures of which a person has recorded something: no record
    unsays it. `as_link` asks for the public whether a reprint's title, source and link may go, and nothing else of it.
    `listing` is the source list in force, asked about the article's sources and our own names.
    """

    article: Article
    publisher: Publisher
    partner: Partner | None
    released: Article
    first_published: Moment
    withdrawn_master: ArticleId | None = None
    ruling: Ruling | None = None
    updated: Moment | None = None
    had: bool = False
    supply: Supply = NOTHING_SUPPLIED
    now: Moment
    as_link: bool = False
    credits_before: dict[str, str] = Field(default_factory=dict)
    listing: Listing | None = None

    @property
    def agreement(self) -> Agreement | None:
        """The partner's that counts now, if there is one."""
        return self.partner.agreement_at(self.now, self.publisher.timezone) if self.partner else None


class Rule(Protocol):
    """One question that is put about an article and an audience. Its name is the rule's."""

    __name__: str

    def __call__(self, question: Question, /) -> Verdict | None:
        """A refusal or a hold, with the reason; None when nothing speaks against it."""


def local(moment: datetime, publisher: Publisher) -> str:
    """A time as people at the publisher read it: `2026-01-31 09:00`."""
    return moment.astimezone(ZoneInfo(publisher.timezone)).strftime("%Y-%m-%d %H:%M")
