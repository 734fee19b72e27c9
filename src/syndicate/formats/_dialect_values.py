"""What a dialect's elements can say: each value of ours by its name, of a feed, of a story, and of one picture."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from urllib.parse import quote, urlsplit, urlunsplit

from syndicate.formats._story import carries_others, creators, full_text, legal, rights, source_type
from syndicate.markup.narrow import narrow
from syndicate.model.article import Article, Picture
from syndicate.model.dialect import Dialect, TitleLimits
from syndicate.model.story import Feed, Story

Said = str | datetime | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What an element is about: the feed, one of its stories, one of that story's pictures."""

    feed: Feed
    dialect: Dialect
    story: Story | None = None
    picture: Picture | None = None

    @property
    def told(self) -> Story:
        """The story. An element of the channel asks for none."""
        assert self.story is not None
        return self.story

    @property
    def pictured(self) -> Picture:
        """The picture. Only an element that stands for each asks for it."""
        assert self.picture is not None
        return self.picture


def secured(url: str, https: str) -> str:
    """An address as the dialect may write it; nothing where it may not be written."""
    parts = urlsplit(url)
    if not https or parts.scheme == "https":
        return url
    if https == "only" or parts.scheme != "http" or parts.port not in (None, 80):
        return ""
    return urlunsplit(parts._replace(scheme="https", netloc=parts.netloc.removesuffix(":80")))


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """The address with these in its query, before the fragment, in the place of others of the same name."""
    if not parameters:
        return url
    parts = urlsplit(url)
    kept = [one for one in parts.query.split("&") if one and one.partition("=")[0] not in parameters]
    added = [f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in parameters.items()]
    return urlunsplit(parts._replace(query="&".join(kept + added)))


def shortened(text: str, most: int | None, *, counted: str = "characters") -> str:
    """The first so many of a text, the last of them … in place of what is left out; never half a character."""
    if most is None or length(text, counted) <= most:
        return text
    end = len(text)
    while end and (length(text[:end], counted) > most - 1 or _joins(text, end)):
        end -= 1
    return text[:end].rstrip() + "…"


def length(text: str, counted: str) -> int:
    """How long a text is: in characters of Unicode, or in units of UTF-16."""
    return len(text) if counted == "characters" else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _joins(text: str, end: int) -> bool:
    """Whether what stands at `end` belongs to the character before: an accent, a variant, a joined emoji."""
    after = text[end : end + 1]
    marks = (
        ("\u0300" <= after <= "\u036f") or ("\ufe00" <= after <= "\ufe0f") or ("\U0001f3fb" <= after <= "\U0001f3ff")
    )
    return bool(after) and (marks or after == "\u200d" or text[end - 1] == "\u200d")


def headline(article: Article, limits: TitleLimits) -> str:
    """The headline, in the length that the dialect wants where it says to cut it."""
    words = " ".join(legal(article.headline).split()) or article.id
    return shortened(words, limits.at_most, counted=limits.counted) if limits.too_long == "cut" else words


def _body(about: Subject) -> str:
    story, dialect = about.told, about.dialect
    return narrow(
        full_text(story, about.feed),
        tags=dialect.body.tags,
        attributes=dialect.body.attributes,
        secure=(lambda url: secured(url, dialect.https) or None) if dialect.https else None,
        captions={picture.url: picture.caption for picture in story.article.pictures},
        credits=story.terms.credits,
    )


def _url(about: Subject) -> str:
    return with_parameters(_plain_url(about), about.dialect.link_parameters)


def _plain_url(about: Subject) -> str:
    return secured(about.told.article.url, about.dialect.https)


def pictures(about: Subject, kind: str) -> list[Picture]:
    """The story's pictures of a kind, in their order, that may be named."""
    return [
        picture
        for picture in about.told.article.pictures
        if (kind == "picture" or picture.is_video == (kind == "film")) and secured(picture.url, about.dialect.https)
    ]


def _picture_urls(about: Subject) -> tuple[str, ...]:
    return tuple(secured(picture.url, about.dialect.https) for picture in pictures(about, "image"))


def _source(about: Subject) -> str:
    article = about.told.article
    return article.origin.source if carries_others(article) else about.feed.publisher.site_name


def _article(name: str, about: Subject) -> Said:
    told: Said = getattr(about.told.article, name)
    return told


def _terms(name: str, about: Subject) -> Said:
    told: Said = getattr(about.told.terms, name)
    return told


def _moment(name: str, about: Subject) -> Said:
    told: Said = getattr(about.told, name)
    return told


def _publisher(name: str, about: Subject) -> Said:
    return str(getattr(about.feed.publisher, name))


def _pictured(name: str, about: Subject) -> Said:
    told = getattr(about.pictured, name)
    return "" if told is None else str(told)


def _picture_rights(name: str, about: Subject) -> Said:
    told: str = getattr(about.told.terms.picture(about.pictured.url), name)
    return told


Value = Callable[[Subject], Said]
OF_EVERYTHING: Mapping[str, Value] = MappingProxyType(
    {
        "site-name": partial(_publisher, "site_name"),
        "publisher": partial(_publisher, "name"),
        "organisation": partial(_publisher, "organisation"),
        "home-url": partial(_publisher, "home_url"),
        "contact": partial(_publisher, "contact"),
    }
)
OF_FEED: Mapping[str, Value] = MappingProxyType(
    {
        **OF_EVERYTHING,
        "title": lambda about: about.feed.definition.title or about.feed.publisher.site_name,
        "description": lambda about: about.feed.definition.description or about.feed.definition.title,
        "self-url": lambda about: about.feed.url("rss"),
        "language": lambda about: about.feed.publisher.language.lower(),
        "copyright": lambda about: f"© {about.feed.publisher.organisation}",
        "licence-url": lambda about: about.feed.addresses.page,
        "changed": lambda about: about.feed.changed,
    }
)
OF_STORY: Mapping[str, Value] = MappingProxyType(
    {
        **OF_EVERYTHING,
        "headline": lambda about: headline(about.told.article, about.dialect.title),
        "summary": partial(_article, "summary"),
        "body": _body,
        "id": lambda about: about.told.uri,
        "url": _url,
        "plain-url": _plain_url,
        "source": _source,
        "authors": lambda about: creators(about.told.article),
        "editor": partial(_article, "editor"),
        "keywords": partial(_article, "keywords"),
        "sections": partial(_article, "section"),
        "section": lambda about: about.told.article.section[-1],
        "first-section": lambda about: about.told.article.section[0],
        "genre": partial(_article, "genre"),
        "language": partial(_article, "language"),
        "published": partial(_moment, "published"),
        "updated": partial(_moment, "updated"),
        "modified": partial(_moment, "modified"),
        "expires": partial(_terms, "expires"),
        "attribution": partial(_terms, "attribution"),
        "copyright": partial(_terms, "copyright"),
        "rights": lambda about: rights(about.told.terms),
        "licence-url": partial(_terms, "licence_url"),
        "holder": partial(_terms, "holder"),
        "correction": partial(_terms, "correction"),
        "disclaimer": partial(_terms, "disclaimer"),
        "original-url": lambda about: about.told.article.origin.original_url or "",
        "original-title": lambda about: about.told.article.origin.original_title,
        "original-author": lambda about: about.told.article.origin.original_author,
        "ai-source-type": lambda about: source_type(about.told.article),
        "picture-urls": _picture_urls,
    }
)
OF_PICTURE: Mapping[str, Value] = MappingProxyType(
    {
        "picture-url": lambda about: secured(about.pictured.url, about.dialect.https),
        "picture-type": partial(_pictured, "media_type"),
        "picture-medium": lambda about: "video" if about.pictured.is_video else "image",
        "picture-size": partial(_pictured, "size_bytes"),
        "picture-width": partial(_pictured, "width"),
        "picture-height": partial(_pictured, "height"),
        "picture-caption": partial(_pictured, "caption"),
        "picture-credit": lambda about: about.told.terms.credits.get(about.pictured.url, ""),
        "picture-copyright": partial(_picture_rights, "copyright"),
        "picture-licence-url": partial(_picture_rights, "licence_url"),
        "picture-ours": lambda about: "1" if about.told.terms.picture(about.pictured.url).ours else "",
    }
)
DATES = frozenset(("changed", "published", "updated", "modified", "expires"))
_STATEMENTS = ("attribution", "rights", "copyright", "correction", "disclaimer", "picture-credit", "picture-copyright")
SEVERAL = frozenset(("authors", "keywords", "sections", "picture-urls"))
EVERYTHING: Mapping[str, Value] = MappingProxyType({**OF_FEED, **OF_STORY, **OF_PICTURE})
_ADDRESSES = [name for name in EVERYTHING if name.endswith(("url", "urls", "type"))]
UNCUT = frozenset(("body", "id", *_STATEMENTS, *_ADDRESSES))
