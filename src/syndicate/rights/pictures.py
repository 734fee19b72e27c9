"""Which pictures may go along? One by one, and undecided means no."""

import re

from syndicate.model.article import Article, Picture
from syndicate.model.clearance import PictureVerdict
from syndicate.rights.question import Question

# Who is named after 图片来源, 图源 or 来源, with a half- or full-width colon (written as escapes: they look alike).
# Several may be named, with the enumeration comma \u3001 between them.
_NAMED_SOURCE = re.compile("(?:图片来源|图源|来源)\\s*[:\uff1a]\\s*([^\\s,;)\uff0c\uff1b\u3002\uff09]+)")


def pictures(question: Question) -> tuple[PictureVerdict, ...]:
    """A verdict for every picture of the article, in its order."""
    return tuple(_verdict(picture, question) for picture in question.article.pictures)


def _verdict(picture: Picture, question: Question) -> PictureVerdict:
    agreement = question.agreement
    if agreement is not None and agreement.pictures == "none":
        return _dropped(picture, f"agreement {agreement.number} covers words only")
    for source in _named_sources(picture):
        if not question.publisher.is_own(source):
            return _dropped(picture, f"names {source} as its source: not ours to pass on")
    if picture.owner and not question.publisher.is_own(picture.owner):
        return _dropped(picture, f"belongs to {picture.owner}: not ours to pass on")
    if picture.owner or _taken_by_us(picture, question.article) or _named_sources(picture):
        return PictureVerdict(url=picture.url, passed=True, reason="ours")
    return _dropped(picture, "nobody has recorded whose it is, and undecided means no")


def _taken_by_us(picture: Picture, article: Article) -> bool:
    return picture.taken_by in (*article.reporters, *article.correspondents)


def _named_sources(picture: Picture) -> list[str]:
    named = _NAMED_SOURCE.findall(picture.caption) + _NAMED_SOURCE.findall(picture.credit_line)
    return [source for names in named for source in names.split("\u3001") if source]


def _dropped(picture: Picture, reason: str) -> PictureVerdict:
    return PictureVerdict(url=picture.url, passed=False, reason=reason)
