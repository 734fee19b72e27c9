"""Which articles: chosen by section, keyword, genre and language, by an agreement, a partner or the newsroom."""

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from syndicate.model.article import Article, Language
from syndicate.model.record import Name, Record


def _section_path(text: str) -> str:
    names = [name.strip() for name in text.split(">")]
    if not all(names):
        raise ValueError("a section is written as 专题专栏 > 域外关注")
    return " > ".join(names)


SectionPath = Annotated[str, AfterValidator(_section_path)]


class Selection(Record):
    """What isn't said bounds nothing; what is excepted stays out, whatever else is said."""

    sections: tuple[SectionPath, ...] = Field(default=(), description="each with what lies under it")
    except_sections: tuple[SectionPath, ...] = ()
    keywords: tuple[Name, ...] = Field(default=(), description="the article has at least one of them")
    except_keywords: tuple[Name, ...] = ()
    genres: tuple[Name, ...] = ()
    except_genres: tuple[Name, ...] = ()
    languages: tuple[Language, ...] = Field(default=(), description="zh covers zh-CN (RFC 4647, 3.3.1)")

    def against(self, article: Article) -> str:
        """What keeps an article out, as `section 副刊 isn't among 要闻`; nothing when it is selected."""
        return next(self._objections(article), "")

    def _objections(self, article: Article) -> Iterator[str]:
        section, genre, language = " > ".join(article.section), article.genre, article.language
        if self.sections and not _under(section, self.sections):
            yield f"section {section} isn't among {_list(self.sections)}"
        if under := _under(section, self.except_sections):
            yield f"section {under} is excepted"
        if self.keywords and not set(article.keywords) & set(self.keywords):
            yield f"none of its keywords is among {_list(self.keywords)}"
        if unwanted := [word for word in article.keywords if word in self.except_keywords]:
            yield f"keyword {unwanted[0]} is excepted"
        if self.genres and genre not in self.genres:
            yield f"genre {genre} isn't among {_list(self.genres)}" if genre else "its genre is not told"
        if genre in self.except_genres:
            yield f"genre {genre} is excepted"
        if self.languages and not any(_covers(named, language) for named in self.languages):
            yield f"language {language} isn't among {_list(self.languages)}"


def _under(section: str, named: Iterable[str]) -> str:
    """The first of these sections that is this one or that this one lies under."""
    return next((name for name in named if f"{section} > ".startswith(f"{name} > ")), "")


def _covers(named: str, language: str) -> bool:
    return f"{language}-".lower().startswith(f"{named}-".lower())


def _list(names: Iterable[str]) -> str:
    return "、".join(names)
