"""Is the article released to this audience?"""

from syndicate.model.article import Article
from syndicate.model.clearance import Verdict
from syndicate.model.partner import Partner
from syndicate.rights.question import Question


def targets(question: Question) -> Verdict | None:
    """Refuse to all but those whom the release names, and to those whom it excepts.

    The first release and the newest must both let it go: a correction may narrow the audience, and never widens it.
    """
    for article in (question.released, question.article):
        if reason := _against(article, question.partner):
            return Verdict(decision="refused", rule="targets", reason=reason)
    return None


def _against(article: Article, partner: Partner | None) -> str:
    if partner and partner.is_named_in(article.not_to):
        return "the newsroom doesn't release it to them"
    if article.only_to and not (partner and partner.is_named_in(article.only_to)):
        return f"released to {'、'.join(article.only_to)} only"
    return ""
