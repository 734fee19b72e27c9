"""Does a reprint say what the law wants a reprint to say?"""

from syndicate.model.article import Article
from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question

RULE = "互联网新闻信息服务管理规定第十五条"


def preflight(question: Question) -> Verdict | None:
    """Refuse a reprint that lacks its source, original author, original title, or its editor's name; say which."""
    article = question.article
    if article.origin.kind != "reprint":
        return None
    missing = [name for name, told in _wanted(article).items() if not told]
    if not missing:
        return None
    reason = f"a reprint must say its {'、'.join(missing)} ({RULE})"
    return Verdict(decision="refused", rule="preflight", reason=reason)


def _wanted(article: Article) -> dict[str, str]:
    return {
        "origin.source (新闻信息来源)": article.origin.source,
        "origin.original_author (原作者)": article.origin.original_author,
        "origin.original_title (原标题)": article.origin.original_title,
        "editor (编辑真实姓名)": article.editor,
    }
