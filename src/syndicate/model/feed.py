"""Which feeds there are: families of feeds as they are configured, and the definitions they stand for."""

from collections.abc import Collection, Iterable, Iterator
from string import Formatter
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field, model_validator

from syndicate.model.article import path_part
from syndicate.model.clearance import PUBLIC, PUBLIC_LINKS
from syndicate.model.partner import Partner
from syndicate.model.publisher import Publisher
from syndicate.model.record import Name, Record, Slug
from syndicate.model.story import FeedDefinition

_PLACES = {"publisher", "site", "section", "keyword", "author", "partner"}
_OF_NAMES = ("section", "keyword", "author")


def _known_places(text: str) -> str:
    unknown = {name for _, name, _, _ in Formatter().parse(text) if name is not None and name not in _PLACES}
    if unknown:
        raise ValueError(f"unknown placeholder {{{sorted(unknown)[0]}}}; there are {', '.join(sorted(_PLACES))}")
    return text


Words = Annotated[Name, AfterValidator(_known_places)]


class Belongings(NamedTuple):
    """By what an article belongs to feeds: the sections, keywords and authors that any of its revisions ever had."""

    sections: Collection[tuple[str, ...]] = ()
    keywords: Collection[str] = ()
    authors: Collection[str] = ()


class FeedFamily(Record):
    """One file in `config/feeds`: a single public feed, or one for each section, keyword, author or partner.

    Their ids, and with them their addresses, are `NAME`, `NAME/专题专栏/域外关注`, `NAME/水利`, `NAME/顾晓舟` or
    `NAME/partner-id`, NAME being the file's. With the body `summary` a feed carries headline, summary and link; `full`
    is meant for partners' own feeds. A keyword or a name that can be no part of an address has no feed.
    """

    id: Slug
    each: Literal["one", "section", "keyword", "author", "partner"] = "one"
    title: Words
    description: Words
    length: int = Field(default=50, ge=1, le=500, description="so many entries, those that changed last")
    days: int | None = Field(default=None, ge=1, description="and none that is older when the feed last changed")
    archives: bool = Field(
        default=False, description="of each month that is over an archive of its own; until then all of it stands here"
    )
    body: Literal["summary", "full"] = "summary"
    names: tuple[Name, ...] = Field(
        default=(), description="of these keywords, authors or sections (写作 要闻 > 水上) alone; none named: of all"
    )
    own_words_only: bool = Field(default=False, description="nothing that carries others' words")
    reprints: Literal["none", "links"] = Field(
        default="none", description="in public feeds: not at all, or as title, source and link, under their own licence"
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> "FeedFamily":
        if self.reprints == "links" and self.each == "partner":
            raise ValueError('reprints = "links" is for public feeds: what a partner gets, its agreement says')
        if self.reprints == "links" and self.own_words_only:
            raise ValueError('own_words_only and reprints = "links" contradict each other: leave one of them out')
        if self.names and self.each not in _OF_NAMES:
            raise ValueError(f"names is for each = {', '.join(_OF_NAMES)}")
        return self

    @property
    def audiences(self) -> frozenset[str]:
        """Whose answers let an article into these feeds; empty where each has its own."""
        if self.each == "partner":
            return frozenset()
        return frozenset({PUBLIC, PUBLIC_LINKS} if self.reprints == "links" else {PUBLIC})

    def whole(self, publisher: Publisher) -> FeedDefinition:
        """The single feed of a family that has one."""
        return self._definition(self.id, publisher)

    def of_section(self, section: tuple[str, ...], publisher: Publisher) -> FeedDefinition:
        """The feed of one section and what lies under it."""
        return self._definition("/".join((self.id, *section)), publisher, section=section)

    def of_name(self, name: str, publisher: Publisher) -> FeedDefinition:
        """The feed of one keyword, or of one author, as the family is of."""
        if self.each == "keyword":
            return self._definition(f"{self.id}/{name}", publisher, keyword=name)
        return self._definition(f"{self.id}/{name}", publisher, author=name)

    def of_partner(self, partner: Partner, publisher: Publisher) -> FeedDefinition:
        """A partner's own feed."""
        made = self._definition(f"{self.id}/{partner.id}", publisher, audience=partner.id, partner=partner.name)
        return made.model_copy(update={"dialect": partner.dialect})

    def takes(self, name: str) -> bool:
        """Whether a keyword or an author of this name has a feed: it is wanted, and can be part of an address."""
        return bool(name) and (not self.names or name in self.names) and _is_path_part(name)

    def takes_section(self, section: tuple[str, ...]) -> bool:
        """Whether this section has a feed."""
        return not self.names or " > ".join(section) in self.names

    def ids(self, belongings: Belongings) -> Iterator[str]:
        """The public feeds of this family that an article belongs to, or belonged to once."""
        match self.each:
            case "one":
                yield self.id
            case "section":
                above = (path[: depth + 1] for path in belongings.sections for depth in range(len(path)))
                yield from ("/".join((self.id, *path)) for path in above if self.takes_section(path))
            case "keyword":
                yield from (f"{self.id}/{name}" for name in belongings.keywords if self.takes(name))
            case "author":
                yield from (f"{self.id}/{name}" for name in belongings.authors if self.takes(name))

    def _definition(
        self,
        feed_id: str,
        publisher: Publisher,
        *,
        audience: str = PUBLIC,
        section: tuple[str, ...] = (),
        keyword: str = "",
        author: str = "",
        partner: str = "",
    ) -> FeedDefinition:
        words = {
            "publisher": publisher.name,
            "site": publisher.site_name,
            "section": " > ".join(section),
            "keyword": keyword,
            "author": author,
            "partner": partner,
        }
        return FeedDefinition(
            id=feed_id,
            title=self.title.format_map(words),
            description=self.description.format_map(words),
            audience=audience,
            section=section,
            keyword=keyword,
            author=author,
            own_words=self.own_words_only,
            links=self.reprints == "links",
            length=self.length,
            days=self.days,
            archives=self.archives,
            body=self.body == "full",
        )


class Directory(Record):
    """Everybody and everything that was configured beside the settings: the partners and the feeds."""

    partners: tuple[Partner, ...]
    feeds: tuple[FeedFamily, ...]

    @property
    def links_reprints(self) -> bool:
        """Whether any public feed takes reprints as title, source and link."""
        return any(PUBLIC_LINKS in family.audiences for family in self.feeds)

    def partner(self, partner_id: str) -> Partner | None:
        """The partner with this id, if it is configured."""
        return next((partner for partner in self.partners if partner.id == partner_id), None)

    def destination_ids(self, partner_id: str | None = None) -> list[str]:
        """Every configured destination, or those of one partner."""
        wanted = [partner for partner in self.partners if partner_id in (None, partner.id)]
        return [partner.destination_id(destination) for partner in wanted for destination in partner.destinations]

    def standing_feeds(self, publisher: Publisher) -> list[FeedDefinition]:
        """The feeds that exist whether or not anything was published: the single ones, and the partners'."""
        found = (self.definition(feed_id, publisher) for feed_id in self.standing_audiences())
        return [definition for definition in found if definition]

    def standing_audiences(self) -> dict[str, str]:
        """For whom each of these is: id → audience."""
        single = {family.id: PUBLIC for family in self.feeds if family.each == "one"}
        return single | {
            f"{family.id}/{partner.id}": partner.id
            for family in self.feeds
            if family.each == "partner"
            for partner in self.partners
            if partner.agreements
        }

    def owner(self, feed_id: str) -> str | None:
        """Whose own feed this would be, whether or not there is such a partner; None for a public feed."""
        for family in self.feeds:
            if family.each == "partner" and feed_id.startswith(f"{family.id}/"):
                return feed_id.removeprefix(f"{family.id}/")
        return None

    def feeds_with(self, audiences: Iterable[str], belongings: Belongings) -> list[str]:
        """Every feed, by id, that what these audiences get of an article may stand in, or may have stood in."""
        named = set(audiences)
        public = [name for family in self.feeds if family.audiences & named for name in family.ids(belongings)]
        own = [name for name, audience in self.standing_audiences().items() if audience in named]
        return sorted({*public, *own})

    def definition(self, feed_id: str, publisher: Publisher) -> FeedDefinition | None:
        """The feed with this id, or None when nothing configured stands for it (any more)."""
        for family in self.feeds:
            rest = feed_id.removeprefix(f"{family.id}/")
            if rest == feed_id:
                if family.each == "one" and family.id == feed_id:
                    return family.whole(publisher)
            elif found := self._below(family, rest, publisher):
                return found
        return None

    def _below(self, family: FeedFamily, rest: str, publisher: Publisher) -> FeedDefinition | None:
        match family.each:
            case "section":
                section = tuple(rest.split("/"))
                return family.of_section(section, publisher) if family.takes_section(section) else None
            case "keyword" | "author":
                return family.of_name(rest, publisher) if family.takes(rest) else None
            case "partner":
                partner = self.partner(rest)
                return family.of_partner(partner, publisher) if partner and partner.agreements else None
        return None


def _is_path_part(name: str) -> bool:
    try:
        path_part(name)
    except ValueError:
        return False
    return True
