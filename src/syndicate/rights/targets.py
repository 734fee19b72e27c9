"""Is the article released to this audience?"""

from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question


def targets(question: Question) -> Verdict | None:
    """Refuse to all but those whom the first release names, and to those whom it excepts.

    A correction that names others changes nothing: who was told of an article goes on to be told of it.
    """
    partner, released = question.partner, question.released
    if partner and partner.is_named_in(released.not_to):
        return Verdict(decision="refused", rule="targets", reason="the newsroom doesn't release it to them")
    if not released.only_to or (partner and partner.is_named_in(released.only_to)):
        return None
    reason = f"released to {'、'.join(released.only_to)} only"
    return Verdict(decision="refused", rule="targets", reason=reason)
