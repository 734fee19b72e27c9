"""Who publishes: the names, addresses and words that stand in every feed and notice."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from syndicate.model.article import Language
from syndicate.model.business_hours import BusinessHours
from syndicate.model.record import Day, Name, Record, Url
from syndicate.model.selection import SectionPath, Selection


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone, such as Asia/Shanghai") from None
    return name


Missing = Literal["refuse", "send"]


class Preflight(Record):
    """What becomes of others' words that lack what the law wants them to say, field by field."""

    source: Missing = "refuse"
    original_author: Missing = "refuse"
    original_title: Missing = "refuse"
    editor: Missing = "refuse"


class Publisher(Record):
    """The newsroom. `tag_authority` and `tag_date` begin every article's tag URI (RFC 4151) and must never change."""

    name: Name = Field(description="as the attribution line writes it, such as 今日京山新闻网")
    site_name: Name
    organisation: Name = Field(description="who holds the copyright")
    own_names: tuple[Name, ...] = Field(min_length=1, description="every source line that means: ours")
    home_url: Url
    licence_url: Url
    contact: Name
    icon_url: Url | None = Field(default=None, description="a square picture of 512 pixels or more, for feed readers")
    favicon_url: Url | None = Field(default=None, description="a small one, of 64 pixels or more")
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    language: Language = "zh-CN"
    syndicates: Selection = Field(
        default=Selection(), description="which articles leave at all, but to partners that are unfiltered"
    )
    sections: tuple[SectionPath, ...] = Field(
        default=(), description="the sections there are, so that no agreement names another; nothing said: not known"
    )
    business_hours: BusinessHours = BusinessHours()
    tag_authority: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+$")]
    tag_date: Day
    preflight: Preflight = Preflight()
    must_say_ai: bool = Field(default=False, description="an article that leaves its ai_label unsaid goes to nobody")

    def tag_uri(self, article_id: str) -> str:
        """The article's permanent identity in every feed and format (RFC 4151): never changes, never used again."""
        return f"tag:{self.tag_authority},{self.tag_date.isoformat()}:article:{article_id}"

    def is_own(self, source: str) -> bool:
        """Whether a source line means us: nothing said, or one of our own names."""
        return not source or source in self.own_names
