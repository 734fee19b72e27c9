"""Which feeds there are: families of feeds as they are configured, and the definitions they stand for."""

from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from syndicate.model.clearance import PUBLIC
from syndicate.model.partner import Partner
from syndicate.model.publisher import Publisher
from syndicate.model.record import Name, Record, Slug
from syndicate.model.story import FeedDefinition

_PLACES = {"publisher", "site", "section", "partner"}


def _known_places(text: str) -> str:
    unknown = {name for _, name, _, _ in Formatter().parse(text) if name is not None and name not in _PLACES}
    if unknown:
        raise ValueError(f"unknown placeholder {{{sorted(unknown)[0]}}}; there are {', '.join(sorted(_PLACES))}")
    return text


Words = Annotated[Name, AfterValidator(_known_places)]


class FeedFamily(Record):
    """One file in `config/feeds`: a single public feed, or one for each section, or one for each partner.

    Their ids, and with them their addresses, are `NAME`, `NAME/专题专栏/域外关注` or `NAME/partner-id`, NAME being the
    file's. With the body `summary` a feed carries headline, summary and link; `full` is meant for partners' own feeds.
    """

    id: Slug
    each: Literal["one", "section", "partner"] = "one"
    title: Words
    description: Words
    length: int = Field(default=50, ge=1, le=500, description="so many entries, those that changed last")
    days: int | None = Field(default=None, ge=1, description="and none that is older when the feed last changed")
    archives: bool = Field(
        default=False, description="of each month that is over an archive of its own; until then all of it stands here"
    )
    body: Literal["summary", "full"] = "summary"

    def whole(self, publisher: Publisher) -> FeedDefinition:
        """The single feed of a family that has one."""
        return self._definition(self.id, publisher, audience=PUBLIC)

    def of_section(self, section: tuple[str, ...], publisher: Publisher) -> FeedDefinition:
        """The feed of one section and what lies under it."""
        return self._definition("/".join((self.id, *section)), publisher, audience=PUBLIC, section=section)

    def of_partner(self, partner: Partner, publisher: Publisher) -> FeedDefinition:
        """A partner's own feed."""
        made = self._definition(f"{self.id}/{partner.id}", publisher, audience=partner.id, partner=partner.name)
        return made.model_copy(update={"dialect": partner.dialect})

    def _definition(
        self, feed_id: str, publisher: Publisher, *, audience: str, section: tuple[str, ...] = (), partner: str = ""
    ) -> FeedDefinition:
        words = {
            "publisher": publisher.name,
            "site": publisher.site_name,
            "section": " > ".join(section),
            "partner": partner,
        }
        return FeedDefinition(
            id=feed_id,
            title=self.title.format_map(words),
            description=self.description.format_map(words),
            audience=audience,
            section=section,
            length=self.length,
            days=self.days,
            archives=self.archives,
            body=self.body == "full",
        )


class Directory(Record):
    """Everybody and everything that was configured beside the settings: the partners and the feeds."""

    partners: tuple[Partner, ...]
    feeds: tuple[FeedFamily, ...]

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

    def section_feeds(self, section: tuple[str, ...], publisher: Publisher) -> list[FeedDefinition]:
        """The feeds of a section and of every section above it."""
        return [
            family.of_section(section[: depth + 1], publisher)
            for family in self.feeds
            if family.each == "section"
            for depth in range(len(section))
        ]

    def definition(self, feed_id: str, publisher: Publisher) -> FeedDefinition | None:
        """The feed with this id, or None when nothing configured stands for it (any more)."""
        for family in self.feeds:
            rest = feed_id.removeprefix(f"{family.id}/")
            if family.each == "section" and rest != feed_id:
                return family.of_section(tuple(rest.split("/")), publisher)
            if family.each == "one" and family.id == feed_id:
                return family.whole(publisher)
            partner = self.partner(rest) if family.each == "partner" and rest != feed_id else None
            if partner and partner.agreements:
                return family.of_partner(partner, publisher)
        return None
