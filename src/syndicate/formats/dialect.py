"""How does a partner's feed look in the RSS that it has asked for? As its dialect says, which is data.

An entry's bytes depend on its story, the publisher and the dialect alone, so that they can be kept.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from syndicate.formats._dialect_values import (
    OF_FEED,
    OF_PICTURE,
    OF_STORY,
    Said,
    Subject,
    Value,
    headline,
    length,
    pictures,
    secured,
    shortened,
)
from syndicate.formats._story import legal
from syndicate.model.article import Article
from syndicate.model.dialect import Dialect, Element
from syndicate.model.story import Feed, Story

_STEP = "  "
_DIRECTIVE = re.compile("%.")
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ESCAPED_IN_ATTRIBUTE = _ESCAPED | {'"': "&quot;", "\t": "&#9;", "\n": "&#10;"}


def left_out(article: Article, dialect: Dialect) -> str:
    """Why the dialect has no entry for this article; nothing when it has one."""
    limits = dialect.title
    found = length(headline(article, limits), limits.counted)
    if not secured(article.url, dialect.https):
        return "the article's address isn't https"
    if found < limits.at_least and limits.too_short == "leave-out":
        return f"the headline has {found} characters, and the dialect wants {limits.at_least} at least"
    if limits.at_most is not None and found > limits.at_most:
        return f"the headline has {found} characters, and the dialect takes {limits.at_most} at most"
    return ""


def opening(feed: Feed) -> bytes:
    """All that stands before the first item."""
    dialect = _dialect(feed)
    spaces = "".join(f" xmlns:{prefix}={_quoted(uri)}" for prefix, uri in dialect.namespaces.items())
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"{spaces}>\n{_STEP}<channel>\n'
    about = Subject(feed, dialect)
    return (head + "".join(_elements(dialect.channel, about, OF_FEED, _STEP * 2))).encode()


def entry(story: Story, feed: Feed) -> bytes:
    """One item; for a story that is left out, a comment that says why."""
    dialect = _dialect(feed)
    if reason := left_out(story.article, dialect):
        words = re.sub("-(?=-|$)", "- ", legal(f"{story.uri} is left out: {reason}"))
        return f"{_STEP * 2}<!-- {words} -->\n".encode()
    about = Subject(feed, dialect, story)
    inside = "".join(_elements(dialect.item, about, OF_STORY, _STEP * 3))
    return f"{_STEP * 2}<item>\n{inside}{_STEP * 2}</item>\n".encode()


def closing(feed: Feed) -> bytes:
    """All that stands after the last item."""
    _dialect(feed)
    return f"{_STEP}</channel>\n</rss>\n".encode()


def _dialect(feed: Feed) -> Dialect:
    if feed.definition.dialect is None:
        raise ValueError(f"the feed {feed.definition.id} has no dialect")
    return feed.definition.dialect


def _elements(told: tuple[Element, ...], about: Subject, values: Mapping[str, Value], indent: str) -> Iterator[str]:
    for one in told:
        if not one.each:
            yield from _element(one, about, values, indent)
            continue
        for picture in pictures(about, one.each)[: one.times]:
            pictured = Subject(about.feed, about.dialect, about.story, picture)
            yield from _element(one, pictured, {**values, **OF_PICTURE}, indent)


def _element(told: Element, about: Subject, values: Mapping[str, Value], indent: str) -> Iterator[str]:
    whole = told.model_copy(update={"at_most_characters": None, "join": told.join or ","})
    found = {name: "".join(_words(whole, values[value](about), about)) for name, value in told.attributes_from.items()}
    given = told.attributes | {name: words for name, words in found.items() if words}
    start = told.element + "".join(f" {name}={_quoted(words)}" for name, words in given.items())
    if told.value or told.text:
        said = _words(told, values[told.value](about), about) if told.value else [told.text]
        for words in said or filter(None, [told.otherwise]):
            yield f"{indent}<{start}>{_text(told, words, about.dialect)}</{told.element}>\n"
    elif inside := "".join(_elements(told.children, about, values, indent + _STEP)):
        yield f"{indent}<{start}>\n{inside}{indent}</{told.element}>\n"
    elif any(found.values()) or not (found or told.children):
        yield f"{indent}<{start}/>\n"


def _words(told: Element, said: Said, about: Subject) -> list[str]:
    """What is said, as words for one element each; none when nothing is."""
    if said is None:
        return []
    if isinstance(said, datetime):
        return [_date(said, told.date or about.dialect.date, about)]
    several = [said] if isinstance(said, str) else [told.join.join(said)] if told.join is not None else list(said)
    return [shortened(legal(words), told.at_most_characters) for words in several if legal(words).strip()]


def _date(moment: datetime, form: str, about: Subject) -> str:
    """By the clock of the dialect's zone. Names of days and months are English, whatever the machine speaks."""
    local = moment.astimezone(ZoneInfo(about.dialect.zone or about.feed.publisher.timezone))
    if form == "rfc-822":
        return format_datetime(local.replace(microsecond=0))
    if form == "rfc-3339":
        return local.isoformat(timespec="seconds")
    # One by one: the pattern's other words are not for the C library, which reads them by the machine's locale.
    return _DIRECTIVE.sub(lambda found: "%" if found[0] == "%%" else local.strftime(found[0]), form)


def _text(told: Element, words: str, dialect: Dialect) -> str:
    """Words as an element holds them: escaped, or in CDATA, where `]]>` is parted between two."""
    words = legal(words).replace("\r\n", "\n").replace("\r", "\n")
    if told.html and told.value != "body":
        words = _escaped(words, _ESCAPED)
    if told.cdata if told.cdata is not None else dialect.text == "cdata":
        return "<![CDATA[" + words.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return _escaped(words, _ESCAPED)


def _quoted(text: str) -> str:
    return '"' + _escaped(legal(text).replace("\r", "\n"), _ESCAPED_IN_ATTRIBUTE) + '"'


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)
