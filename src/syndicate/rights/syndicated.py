"""Do we syndicate such articles at all?"""

from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question


def syndicated(question: Question) -> Verdict | None:
    """Refuse what the newsroom keeps to itself to everybody, but to partners for whom that was lifted."""
    if question.partner and question.partner.unfiltered:
        return None
    against = question.publisher.syndicates.against(question.article)
    return Verdict(decision="refused", rule="syndicated", reason=f"not syndicated: {against}") if against else None
