"""Is what an AI made told to be so? A label that stands in the text must stand in the record too (GB 45438-2025)."""

from functools import lru_cache

from syndicate.markup.text import text_of
from syndicate.model.article import Article
from syndicate.model.clearance import Verdict
from syndicate.rights.labels import is_label
from syndicate.rights.question import Question

_KEPT = 8  # texts in mind: every audience of an article is asked about the same one
MEND = "set ai_label to assisted or generated, or mend the line"


def labelled(question: Question) -> Verdict | None:
    """Refuse what calls itself made with an AI while its `ai_label` says none; and, if so set, what doesn't say."""
    article = question.article
    if question.publisher.must_say_ai and "ai_label" not in article.model_fields_set:
        return _refused("doesn't say whether an AI made it: set ai_label to none, assisted or generated")
    if article.ai_label != "none":
        return None
    where, line = _label(article)
    return _refused(f"{where} says {line!r} on a line of its own, and ai_label is none: {MEND}") if line else None


def _label(article: Article) -> tuple[str, str]:
    """The first line that is such a label, and where it stands; empty when there is none."""
    if line := _label_in(article.body_html):
        return "the text", line
    said = (line for picture in article.pictures for line in (picture.caption, picture.credit_line))
    return "a caption", next(filter(is_label, said), "")


@lru_cache(maxsize=_KEPT)
def _label_in(html: str) -> str:
    return next(filter(is_label, text_of(html).split("\n")), "")


def _refused(reason: str) -> Verdict:
    return Verdict(decision="refused", rule="labelled", reason=reason)
