"""Has the article's embargo passed?"""

from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question, local


def embargo(question: Question) -> Verdict | None:
    """Hold everything, for everybody, until the article's own embargo has passed."""
    until = question.article.embargo_until
    if until is None or until <= question.now:
        return None
    return Verdict(
        decision="held", rule="embargo", reason=f"under embargo until {local(until, question.publisher)}", until=until
    )
