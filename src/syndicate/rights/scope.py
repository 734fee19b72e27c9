"""Does the agreement cover the section?"""

from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question


def scope(question: Question) -> Verdict | None:
    """Refuse an article from a section that the agreement doesn't name."""
    agreement, section = question.agreement, question.article.section
    if agreement is None or agreement.covers(section):
        return None
    return Verdict(
        decision="refused",
        rule="scope",
        reason=f"section {' > '.join(section)} is outside agreement {agreement.number}, "
        f"which covers {', '.join(agreement.sections)}",
    )
