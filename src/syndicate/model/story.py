"""An article as one audience may have it: cleared pictures only, with the statements we owe. What formats write."""

from urllib.parse import quote

from pydantic import Field, model_validator

from syndicate.model.article import Article
from syndicate.model.clearance import PUBLIC, PUBLIC_LINKS
from syndicate.model.dialect import Dialect
from syndicate.model.licence import Addresses, Licence, LicenceReference, addresses
from syndicate.model.publisher import Publisher
from syndicate.model.record import Moment, Record, Slug

MONTH = r"^(\d{4}-(0[1-9]|1[0-2]))?$"


class PictureRights(Record):
    """Whose one picture is, and on which terms it may be used; empty: nothing is known. Its credit is in Terms."""

    ours: bool = False
    holder: str = ""
    creator: str = ""
    copyright: str = ""
    usage: str = ""
    licence_url: str = ""
    expires: Moment | None = None


class Terms(Record):
    """The one record of rights that every format writes from, each in the places it has for them.

    `licence_url` is where the terms of these words are to be read: ours, or for a reprint its own, empty where it has
    told none. `licence` and the policies are of our own words alone. `expires` is from when on it must be gone.
    """

    attribution: str = ""
    copyright: str
    usage: str
    licence_url: str = ""
    credits: dict[str, str] = Field(default_factory=dict, description="the credit under each picture, by its url")
    ours: bool = True
    holder: str = ""
    licence: LicenceReference | None = None
    policy_url: str = ""
    tdm_policy_url: str = ""
    reserves_mining: bool = True
    expires: Moment | None = None
    territory: tuple[str, ...] = ()
    pictures: dict[str, PictureRights] = Field(default_factory=dict, description="by their urls")

    correction: str = ""
    disclaimer: str = ""
    licence_text: str = Field(default="", description="what the agreement wants under the text, word for word")

    @model_validator(mode="after")
    def _ours_to_license(self) -> "Terms":
        if not self.ours and (self.licence or self.policy_url or self.tdm_policy_url):
            raise ValueError("what is not ours can't go out under our licence")
        return self

    def picture(self, url: str) -> PictureRights:
        """The rights in one picture."""
        return self.pictures.get(url, PictureRights())


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


class Tombstone(Record):
    """Word that an entry was taken back (RFC 6721)."""

    uri: str
    when: Moment


class FeedDefinition(Record):
    """A named selection of articles: public, or one partner's own. `section` narrows it to a path and all under it.

    `keyword` and `author` narrow it to articles that have these, `own_words` to those that carry nobody else's words.
    `links` says that it takes reprints too, as title, source and link.
    `dialect` is how that partner wants its RSS; the other formats stay as the standards have them.
    """

    id: str
    title: str
    description: str
    audience: str
    section: tuple[str, ...] = ()
    keyword: str = ""
    author: str = ""
    own_words: bool = False
    links: bool = False
    length: int = 50
    days: int | None = None
    archives: bool = False
    body: bool = False
    dialect: Dialect | None = None

    @model_validator(mode="after")
    def _standard_for_the_public(self) -> "FeedDefinition":
        if self.dialect and self.audience == PUBLIC:
            raise ValueError("a public feed is written as the standards have it: a dialect is for one partner")
        return self

    @property
    def named(self) -> str:
        """The section, keyword or author that it is of; empty for all others."""
        return " > ".join(self.section) or self.keyword or self.author

    @property
    def audiences(self) -> tuple[str, ...]:
        """Whose answers let an article in."""
        return (self.audience, PUBLIC_LINKS) if self.links else (self.audience,)


class Feed(Record):
    """A feed ready to be written: newest first. `changed` is when its content last changed, never the clock."""

    definition: FeedDefinition
    publisher: Publisher
    base_url: str
    changed: Moment
    stories: tuple[Story, ...] = ()
    tombstones: tuple[Tombstone, ...] = ()
    licence: Licence | None = None
    hubs: tuple[str, ...] = ()
    archive: str = Field(default="", pattern=MONTH, description="the month of an archive document; else empty")
    previous: str = Field(default="", pattern=MONTH, description="the month of the archive before this document")
    following: str = Field(default="", pattern=MONTH, description="the month of the archive after this archive")

    @property
    def addresses(self) -> Addresses:
        """Where our terms are to be read."""
        return addresses(self.licence, page=self.publisher.licence_url, base_url=self.base_url)

    def url(self, suffix: Slug) -> str:
        """Where this feed is served in one format (`rss`, `atom`, `json`)."""
        return f"{self.base_url.rstrip('/')}/feeds/{quote(self.definition.id)}.{suffix}"

    def archive_url(self, suffix: Slug, month: str) -> str:
        """Where its archive of a month is served."""
        return f"{self.base_url.rstrip('/')}/archives/{quote(self.definition.id)}/{month}.{suffix}"

    def address(self, suffix: Slug) -> str:
        """Where this very document is served."""
        return self.archive_url(suffix, self.archive) if self.archive else self.url(suffix)


class Rendition(Record):
    """Bytes of one format, ready to serve or send."""

    media_type: str
    body: bytes
