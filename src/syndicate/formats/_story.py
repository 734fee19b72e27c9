"""What every format asks of a story: whose it is, under which licence, under which headings, and text it may write."""

import re

from syndicate.model.article import Article
from syndicate.model.publisher import Publisher
from syndicate.model.story import Feed, Story, Terms

# XML 1.0 (fifth edition) §2.2 allows these and no others; one U+000B makes lxml refuse the whole feed.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_AI_SOURCES = {"assisted": "compositeWithTrainedAlgorithmicMedia", "generated": "trainedAlgorithmicMedia"}


def legal(text: str) -> str:
    """The text without characters that XML can't carry (control characters, lone surrogates, U+FFFE, U+FFFF)."""
    return _ILLEGAL.sub("", text)


def minted(publisher: Publisher, name: str) -> str:
    """A permanent identifier of the publisher's for something that isn't an article (RFC 4151)."""
    return f"tag:{publisher.tag_authority},{publisher.tag_date.isoformat()}:{name}"


def is_reprint(article: Article) -> bool:
    """Whether the words are somebody else's."""
    return article.origin.kind == "reprint"


def carries_others(article: Article) -> bool:
    """Whether somebody else's words are in it, be it with ours around them."""
    return article.origin.carries_others


def creators(article: Article) -> tuple[str, ...]:
    """Who wrote it: our reporters, then correspondents; for a reprint the original author, else the source."""
    if is_reprint(article):
        return (article.origin.original_author or article.origin.source,)
    return tuple(dict.fromkeys(article.reporters + article.correspondents))


def rights(terms: Terms) -> str:
    """The rights statement in words: copyright, then usage."""
    return " ".join(filter(None, (terms.copyright, usage(terms))))


def usage(terms: Terms) -> str:
    """What may be done with the text, and what the agreement wants to stand under it."""
    return " ".join(filter(None, (terms.usage, terms.licence_text)))


def full_text(story: Story, feed: Feed) -> str:
    """The body as HTML, where this feed carries full text; else empty."""
    return legal(story.article.body_html) if feed.definition.body else ""


def categories(article: Article, publisher: Publisher) -> list[dict[str, str]]:
    """Section names and keywords, told apart by their scheme, and the label of text made with an AI."""
    section, keyword = minted(publisher, "section"), minted(publisher, "keyword")
    named = [(name, section) for name in article.section] + [(name, keyword) for name in article.keywords]
    if article.ai_label in _AI_SOURCES:
        named.append((_AI_SOURCES[article.ai_label], _SOURCE_TYPES))
    return [{"term": legal(term), "scheme": scheme} for term, scheme in dict.fromkeys(named)]


def source_type(article: Article) -> str:
    """How text made with an AI was made, as a URI of IPTC's digitalsourcetype vocabulary; else empty."""
    code = _AI_SOURCES.get(article.ai_label)
    return _SOURCE_TYPES + code if code else ""


def picture_credits(story: Story) -> dict[str, str]:
    """The credit under each picture that goes along, by its url. A picture left out leaves no trace here either."""
    lines = story.terms.credits
    return {picture.url: lines[picture.url] for picture in story.article.pictures if lines.get(picture.url)}
