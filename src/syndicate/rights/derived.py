"""Was the story it derives from withdrawn?"""

from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question


def derived(question: Question) -> Verdict | None:
    """Refuse it to everybody until that story is published again."""
    if question.withdrawn_master is None:
        return None
    return Verdict(
        decision="refused",
        rule="derived",
        reason=f"the story it derives from ({question.withdrawn_master}) was withdrawn",
    )
