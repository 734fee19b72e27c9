"""What every rule is asked: an article, who wants it, on which terms, and when."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from syndicate.model.article import Article, ArticleId
from syndicate.model.clearance import Verdict
from syndicate.model.partner import Agreement
from syndicate.model.publisher import Publisher
from syndicate.model.record import Moment, Record


class Question(Record):
    """May this audience have this article now? `agreement` is None for a partner without one.

    `public` asks for the public feeds, which carry headline, summary and link under no agreement.
    `first_published` is when the article first came out, whatever was corrected since. `withdrawn_master` is the story
    it derives from, directly or through others, if that was withdrawn.
    """

    article: Article
    publisher: Publisher
    agreement: Agreement | None
    public: bool
    first_published: Moment
    withdrawn_master: ArticleId | None = None
    now: Moment


Rule = Callable[[Question], Verdict | None]


def local(moment: datetime, publisher: Publisher) -> str:
    """A time as people at the publisher read it: `2026-01-31 09:00`."""
    return moment.astimezone(ZoneInfo(publisher.timezone)).strftime("%Y-%m-%d %H:%M")
