"""Has the partner asked for such articles?"""

from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question


def wanted(question: Question) -> Verdict | None:
    """Refuse what a partner hasn't asked for, unless the article is released to it by name."""
    partner = question.partner
    if partner is None or partner.is_named_in(question.released.only_to):
        return None
    if partner.only_by_name:
        return Verdict(decision="refused", rule="wanted", reason="they get only what is released to them by name")
    against = partner.wants.against(question.article)
    return Verdict(decision="refused", rule="wanted", reason=f"not asked for: {against}") if against else None
