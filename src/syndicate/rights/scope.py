"""Does the agreement cover the article?"""

from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question


def scope(question: Question) -> Verdict | None:
    """Refuse what the agreement doesn't cover."""
    agreement = question.agreement
    if agreement is None or not (against := agreement.scope.against(question.article)):
        return None
    return Verdict(decision="refused", rule="scope", reason=f"outside agreement {agreement.number}: {against}")
