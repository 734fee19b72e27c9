"""How one partner wants its RSS written: which elements, in which order, holding what. Data of its file, never code."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from syndicate.model.record import Line, Record

NAME = r"[A-Za-z_][A-Za-z0-9_.-]*"
_DATES = ("rfc-822", "rfc-3339")
_XMLS_OWN = ("http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/")
_DIRECTIVES = "YymdHMSzZ%"


def _date_form(told: str) -> str:
    """rfc-822, rfc-3339, or a pattern of strftime in which nothing depends on the machine's language."""
    if told in _DATES:
        return told
    places = told.split("%")[1:] if "%%" not in told else told.replace("%%", "").split("%")[1:]
    unknown = [place[:1] for place in places if place[:1] not in _DIRECTIVES or not place]
    if not places or unknown:
        known = " ".join(f"%{letter}" for letter in _DIRECTIVES)
        raise ValueError(f"must be {' or '.join(_DATES)}, or a pattern such as %Y-%m-%d %H:%M:%S, made of {known}")
    return told


def _zone(told: str) -> str:
    try:
        return ZoneInfo(told).key if told else ""
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{told!r} is not a time zone, such as Asia/Shanghai or UTC") from None


def _prefix(told: str) -> str:
    if told.lower().startswith("xml"):
        raise ValueError("a prefix that begins with xml is XML's own: call it otherwise")
    return told


def _namespace(told: str) -> str:
    if not told or any(character.isspace() for character in told) or told.startswith(_XMLS_OWN):
        raise ValueError("must be the address of a namespace, such as http://purl.org/rss/1.0/modules/content/")
    return told


ElementName = Annotated[str, StringConstraints(pattern=rf"^({NAME}:)?{NAME}$", max_length=100)]
Prefix = Annotated[str, StringConstraints(pattern=rf"^{NAME}$", max_length=100), AfterValidator(_prefix)]
Namespace = Annotated[str, StringConstraints(max_length=500), AfterValidator(_namespace)]
DateForm = Annotated[str, StringConstraints(max_length=100), AfterValidator(_date_form)]
Zone = Annotated[str, AfterValidator(_zone)]
ParameterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]+$", max_length=100)]
TagName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*$", max_length=20)]
AttributeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]*$", max_length=40)]
Literally = Annotated[str, StringConstraints(max_length=2000)]


class Element(Record):
    """One element, and where its words come from: a value of ours, a constant, or further elements.

    An element whose value says nothing is left out, unless it has something to say `otherwise`.
    """

    element: ElementName
    value: Line = Field(default="", description="what of ours stands in it, such as headline; the docs list all")
    text: Literally = Field(default="", description="always the same words")
    otherwise: Literally = Field(default="", description="what it says when there is no value")
    attributes: dict[ElementName, Literally] = Field(default_factory=dict, description="always the same")
    attributes_from: dict[ElementName, Line] = Field(default_factory=dict, description="values of ours")
    children: tuple["Element", ...] = Field(default=(), max_length=50)
    each: Literal["", "picture", "image", "film"] = Field(
        default="", description="once for each; picture: of either kind"
    )
    times: int | None = Field(default=None, ge=1, description="with each: at most so many times")
    join: Literally | None = Field(
        default=None, description="several values in one element, this between them; unsaid, one element for each"
    )
    at_most_characters: int | None = Field(default=None, ge=1, description="longer words are cut, with … at their end")
    date: DateForm | None = Field(default=None, description="else as the dialect says")
    html: bool = Field(default=False, description="who reads it takes it for HTML, so that < is written as &lt;")
    cdata: bool | None = Field(default=None, description="else as the dialect says")


class TitleLimits(Record):
    """How long a headline may be, and what becomes of one that isn't so."""

    at_least: int = Field(default=0, ge=0)
    at_most: int | None = Field(default=None, ge=1)
    counted: Literal["characters", "utf-16"] = Field(
        default="characters", description="characters of Unicode; or units of UTF-16, of which a rare one has two"
    )
    too_short: Literal["leave-out", "keep"] = "leave-out"
    too_long: Literal["leave-out", "cut"] = "leave-out"


class Markup(Record):
    """What of our HTML the partner takes. It can only be less than we let through; `p` and `br` always stay."""

    tags: tuple[TagName, ...] | None = Field(default=None, description="unsaid: all that we let through")
    attributes: dict[TagName, tuple[AttributeName, ...]] | None = Field(
        default=None, description="by tag; unsaid: all that we let through. An address always stays"
    )


class Dialect(Record):
    """A dialect of RSS 2.0: the elements of the channel and of an item, in their order."""

    note: Line = ""
    namespaces: dict[Prefix, Namespace] = Field(default_factory=dict)
    text: Literal["escaped", "cdata"] = "escaped"
    date: DateForm = "rfc-822"
    zone: Zone = Field(default="", description="of dates; unsaid: the publisher's")
    max_items: int | None = Field(default=None, ge=1, le=500)
    https: Literal["", "only", "upgrade"] = Field(
        default="",
        description="only: what has another address is left out; upgrade: http is written as https, where both answer",
    )
    link_parameters: dict[ParameterName, Line] = Field(
        default_factory=dict, description="go onto the article's address (value url), such as utm_source"
    )
    title: TitleLimits = TitleLimits()
    body: Markup = Markup()
    channel: tuple[Element, ...] = Field(max_length=100)
    item: tuple[Element, ...] = Field(min_length=1, max_length=100)
