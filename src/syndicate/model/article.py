"""An article as the newsroom tells it: words, people, pictures, and where the words come from."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from syndicate.model.record import Line, Moment, Name, Record, Slug, Url

LONGEST_SECTION_BYTES = 200  # it becomes part of a feed's address, and of a file's name


def path_part(name: str) -> str:
    """The name of a section, if it can be a part of an address and of a file's name; ValueError says why not."""
    if name in (".", "..") or any(character in name for character in "/\\>?#%"):
        raise ValueError("a section name must not contain / \\ > ? # % nor be . or ..")
    if len(name.encode()) > LONGEST_SECTION_BYTES or name.lower().endswith((".rss", ".atom", ".json")):
        raise ValueError(f"a section name has at most {LONGEST_SECTION_BYTES} bytes and no ending such as .rss")
    return name


ArticleId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
SectionName = Annotated[Name, AfterValidator(path_part)]
Region = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
"""A country or a part of one (ISO 3166-1 or -2), such as CN or CN-HB."""
Target = Slug | Region
MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9][a-z0-9.+-]*$", max_length=100)]


class Permission(Record):
    """What we may do with others' work, or with ours for a time, as the desk has recorded it."""

    obtained: Line = Field(default="", description="how we came by it, such as 约稿 or 授权使用")
    evidence: Line = Field(default="", description="where that is written, such as a contract's number")
    pass_to: tuple[Target, ...] = Field(
        default=(),
        max_length=500,
        description="the partners, or regions, that it may be passed on to; none named: nobody",
    )
    territory: tuple[Region, ...] = Field(
        default=(), max_length=300, description="where it may be published; nothing said means everywhere"
    )
    starts: Moment | None = None
    ends: Moment | None = Field(
        default=None, description="from then on it goes to nobody, and those who have it are told"
    )

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> "Permission":
        if self.starts and self.ends and self.ends <= self.starts:
            raise ValueError("ends before it starts")
        if self.pass_to and not self.evidence:
            raise ValueError("pass_to needs evidence: say where the permission is written")
        return self


class Origin(Record):
    """Where the words come from. A reprint says whose they were; publisher.md and CAC order 1, art. 15, ask for it."""

    kind: Literal["own", "reprint", "mixed"] = Field(
        description="own: our words; reprint: others' words; mixed: our words with others' in them, as in 综合新华社"
    )
    source: Line = Field(default="", description="来源, as the page shows it; required for a reprint, and for mixed")
    original_title: Line = ""
    original_author: Line = ""
    original_url: Url | None = None
    rights: Permission | None = Field(
        default=None, description="of others' words: nothing recorded, and they go to nobody"
    )
    licence: Line = Field(default="", description="of others' words: their own terms of use, in words")
    licence_url: Url | None = Field(default=None, description="where these are written")

    @model_validator(mode="after")
    def _a_reprint_names_its_source(self) -> "Origin":
        if self.kind == "reprint" and not self.source:
            raise ValueError("a reprint must name its source")
        if self.kind == "mixed" and not self.source:
            raise ValueError("what carries others' words must name their source")
        return self

    @property
    def carries_others(self) -> bool:
        """Whether others' words are in it, so that it isn't ours alone to pass on."""
        return self.kind != "own"

    @property
    def sources(self) -> tuple[str, ...]:
        """The names that the source line gives, each by itself: 新华社、央视新闻 names two."""
        named = tuple(name for part in self.source.split("、") if (name := part.strip()))
        return named or (self.source,)


class Picture(Record):
    """An image of the article, or a film (`media_type` video/*), whose poster is a picture of its own.

    `url` is the `src` that it, or its `source`, has in `body_html` (absolute, or made absolute on the way in).
    """

    url: Url
    media_type: MediaType = "image/jpeg"
    size_bytes: int | None = Field(default=None, ge=0, lt=2**53)
    width: int | None = Field(default=None, ge=1, lt=2**31)
    height: int | None = Field(default=None, ge=1, lt=2**31)
    caption: Line = Field(default="", description="the caption as it stands under the picture")
    credit_line: Line = Field(default="", description="the credit as it is printed, such as 图片来源:… or 记者:… 摄")
    taken_by: Line = Field(default="", description="who took it")
    owner: Line = Field(default="", description="whose it is; empty when nobody has recorded it")
    rights: Permission | None = Field(default=None, description="nothing recorded: only what is ours goes along")
    licence: Line = Field(default="", description="its own terms of use, in words, when they aren't the text's")
    licence_url: Url | None = Field(default=None, description="where these are written")

    @property
    def is_video(self) -> bool:
        """Whether it is a film."""
        return self.media_type.startswith("video/")


class Article(Record):
    """One version of a piece, complete: a correction carries the whole article again."""

    id: ArticleId
    version: int = Field(ge=1, lt=2**53, description="the CMS's own counter; a higher one is newer")
    url: Url
    headline: Name
    summary: Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000)] = ""
    body_html: Annotated[str, StringConstraints(min_length=1)]
    language: Language = "zh-CN"
    section: tuple[SectionName, ...] = Field(min_length=1, max_length=8, description="the path, outermost first")
    reporters: tuple[Name, ...] = Field(default=(), max_length=50)
    correspondents: tuple[Name, ...] = Field(default=(), max_length=50)
    ask_first: tuple[Name, ...] = Field(
        default=(),
        max_length=50,
        description="contributors who must be asked, or paid, before it goes to anybody: held until a person clears it",
    )
    editor: Line = Field(default="", description="责任编辑, by real name")
    origin: Origin
    pictures: tuple[Picture, ...] = Field(default=(), max_length=500)
    keywords: tuple[Name, ...] = Field(default=(), max_length=100)
    genre: Line = Field(default="", description="体裁, such as 消息 or 评论")
    only_to: tuple[Target, ...] = Field(
        default=(),
        max_length=500,
        description="released to these partners, or partners in these regions, alone; as the first release says",
    )
    not_to: tuple[Target, ...] = Field(default=(), max_length=500, description="and not to these, whatever else")
    territory: tuple[Region, ...] = Field(
        default=(), max_length=300, description="where it may be published; nothing said means everywhere"
    )
    items: tuple[ArticleId, ...] = Field(
        default=(),
        max_length=200,
        description="of a package (专题): the articles it collects; none can be withdrawn while the package isn't",
        json_schema_extra={"uniqueItems": True},
    )
    derived_from: ArticleId | None = Field(
        default=None, description="the story it was made from, as a translation or a short version: withdrawn with it"
    )
    published_at: Moment
    updated_at: Moment | None = None
    ai_label: Literal["none", "assisted", "generated"] = Field(
        default="none", description="GB 45438-2025: whether the text was made with, or by, an AI; unsaid means none"
    )
    change: Literal["significant", "minor"] = Field(
        default="significant", description="a minor change isn't pushed to those who have the article"
    )
    correction_note: Line = Field(
        default="",
        description="what was wrong and is right now, for the reader; it stays while later versions carry it",
    )
    embargo_until: Moment | None = Field(
        default=None,
        description="only partners bound to hold it get it before; it can't be set after publication; "
        "a correction while it runs repeats it, changes it, or says null to lift it",
    )
    publish_at: Moment | None = Field(
        default=None,
        description="nothing leaves for anybody before; it can't be set after publication or stand beside an embargo; "
        "a correction while it is still to come repeats it, changes it, or says null to publish at once",
    )

    @field_validator("items")
    @classmethod
    def _others_and_each_once(cls, items: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if len(set(items)) != len(items):
            raise ValueError("lists an article twice")
        if info.data.get("id") in items:
            raise ValueError("lists the package itself")
        return items

    @field_validator("derived_from")
    @classmethod
    def _from_another(cls, master: str | None, info: ValidationInfo) -> str | None:
        if master is not None and master == info.data.get("id"):
            raise ValueError("is the article itself")
        return master

    @field_validator("publish_at")
    @classmethod
    def _scheduled_or_embargoed(cls, publish_at: Moment | None, info: ValidationInfo) -> Moment | None:
        if publish_at is not None and info.data.get("embargo_until") is not None:
            raise ValueError("can't stand beside embargo_until: say null to one of them")
        return publish_at

    @model_validator(mode="after")
    def _consistent(self) -> "Article":
        if self.updated_at and self.updated_at < self.published_at:
            raise ValueError("updated_at is before published_at")
        urls = [picture.url for picture in self.pictures]
        if len(set(urls)) != len(urls):
            raise ValueError("two pictures have the same url")
        return self


class Withdrawal(Record):
    """The newsroom takes an article back, or off the schedule. `final`: it may never be published again."""

    id: ArticleId
    version: int = Field(ge=1, lt=2**53, description="the version withdrawn, or a later one")
    reason: Line = ""
    final: bool = False
