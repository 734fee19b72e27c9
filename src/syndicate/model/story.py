"""An article as one audience may have it: cleared pictures only, with the statements we owe. What formats write."""

from urllib.parse import quote

from pydantic import Field

from syndicate.model.article import Article
from syndicate.model.publisher import Publisher
from syndicate.model.record import Moment, Record, Slug


class Terms(Record):
    """The statements we owe the reader, in words, for the places that a format has for them."""

    attribution: str = ""
    copyright: str
    usage: str
    licence_url: str
    credits: dict[str, str] = Field(default_factory=dict, description="the credit under each picture, by its url")
    correction: str = ""
    disclaimer: str = ""
    licence_text: str = Field(default="", description="what the agreement wants under the text, word for word")


class Story(Record):
    """One article for one audience.

    `article.pictures` holds the passed pictures only; `article.body_html` has the notices in place, and is empty
    where the audience gets no full text. `updated` moves with significant changes only; `modified` with every one.
    """

    article: Article
    uri: str
    revision: int
    published: Moment
    updated: Moment
    modified: Moment
    terms: Terms


class Retraction(Record):
    """Word to one audience that an article is taken back; `reason` is for its desk, `notice` the statement we owe."""

    article_id: str
    uri: str
    url: str
    headline: str
    language: str
    revision: int
    withdrawn: Moment
    reason: str
    notice: str = ""


class FeedDefinition(Record):
    """A named selection of articles: public, or one partner's own. `section` narrows it to a path and all under it."""

    id: str
    title: str
    description: str
    audience: str
    section: tuple[str, ...] = ()
    length: int = 50
    body: bool = False


class Feed(Record):
    """A feed ready to be written: newest first. `changed` is when its content last changed, never the clock."""

    definition: FeedDefinition
    publisher: Publisher
    base_url: str
    changed: Moment
    stories: tuple[Story, ...]

    def url(self, suffix: Slug) -> str:
        """Where this feed is served in one format (`rss`, `atom`, `json`)."""
        return f"{self.base_url.rstrip('/')}/feeds/{quote(self.definition.id)}.{suffix}"


class Rendition(Record):
    """Bytes of one format, ready to serve or send."""

    media_type: str
    body: bytes
