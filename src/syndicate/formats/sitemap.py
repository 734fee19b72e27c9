"""How does Google News want to hear of articles? By a news sitemap: those of two days, with their date and title."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from lxml import etree

from syndicate.formats._story import legal
from syndicate.model.story import Rendition

MEDIA_TYPE = "application/xml"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
MOST = 1_000  # that one sitemap may name
_PREFIXES: Any = {None: SITEMAP, "news": NEWS}
_CHINESE = {"zh": "zh-cn", "zh-cn": "zh-cn", "zh-hans": "zh-cn", "zh-sg": "zh-cn"}


class Listed(NamedTuple):
    """One article: where it stands, since when, under which title and in which language."""

    url: str
    published: datetime
    title: str
    language: str


def render(publication: str, articles: Iterable[Listed]) -> Rendition:
    """The sitemap, in the order given. `publication` is the paper's name as it stands on its articles."""
    root = etree.Element(f"{{{SITEMAP}}}urlset", nsmap=_PREFIXES)
    for article in list(articles)[:MOST]:
        _add(root, publication, article)
    body = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return Rendition(media_type=MEDIA_TYPE, body=body)


def language_code(language: str) -> str:
    """An article's language as the sitemap wants it: two or three letters, but `zh-cn` and `zh-tw`."""
    tag = language.lower()
    if tag.startswith("zh"):
        return _CHINESE.get("-".join(tag.split("-")[:2]), "zh-tw")
    return tag.partition("-")[0]


def _add(root: etree._Element, publication: str, article: Listed) -> None:
    url = etree.SubElement(root, f"{{{SITEMAP}}}url")
    etree.SubElement(url, f"{{{SITEMAP}}}loc").text = legal(article.url)
    news = etree.SubElement(url, f"{{{NEWS}}}news")
    whose = etree.SubElement(news, f"{{{NEWS}}}publication")
    etree.SubElement(whose, f"{{{NEWS}}}name").text = legal(publication)
    etree.SubElement(whose, f"{{{NEWS}}}language").text = language_code(article.language)
    etree.SubElement(news, f"{{{NEWS}}}publication_date").text = article.published.isoformat(timespec="seconds")
    etree.SubElement(news, f"{{{NEWS}}}title").text = legal(article.title)
