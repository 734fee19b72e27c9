"""Does what carries others' words say what the law wants it to say?"""

from syndicate.model.article import Article
from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question

RULE = "互联网新闻信息服务管理规定第十五条"
_NAMES = {
    "source": "origin.source (新闻信息来源)",
    "original_author": "origin.original_author (原作者)",
    "original_title": "origin.original_title (原标题)",
    "editor": "editor (编辑真实姓名)",
}
_OF_THE_WHOLE = ("source", "editor")  # mixed: we wrote it, under our own title


def preflight(question: Question) -> Verdict | None:
    """Refuse a reprint that lacks its source, original author, original title, or its editor's name; say which.

    What carries others' words in our own text must say source and editor. What the newsroom has set to `send` may be
    missing.
    """
    article, asks = question.article, question.publisher.preflight
    if not article.origin.carries_others:
        return None
    told = _told(article)
    missing = [_NAMES[name] for name, said in told.items() if not said and getattr(asks, name) == "refuse"]
    if not missing:
        return None
    what = "a reprint" if article.origin.kind == "reprint" else "what carries others' words"
    reason = f"{what} must say its {'、'.join(missing)} ({RULE})"
    return Verdict(decision="refused", rule="preflight", reason=reason)


def _told(article: Article) -> dict[str, str]:
    """What must be said of such an article, and what was."""
    origin = article.origin
    told = {
        "source": origin.source,
        "original_author": origin.original_author,
        "original_title": origin.original_title,
        "editor": article.editor,
    }
    return told if origin.kind == "reprint" else {name: told[name] for name in _OF_THE_WHOLE}
