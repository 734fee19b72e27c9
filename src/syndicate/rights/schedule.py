"""Has the hour come for which the newsroom scheduled it?"""

from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question, local


def schedule(question: Question) -> Verdict | None:
    """Hold everything, for everybody, until the hour it is to be published at."""
    until = question.article.publish_at
    if until is None or until <= question.now:
        return None
    return Verdict(
        decision="held", rule="schedule", reason=f"scheduled for {local(until, question.publisher)}", until=until
    )
