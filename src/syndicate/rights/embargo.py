"""Has the article's embargo passed?"""

from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question, local


def embargo(question: Question) -> Verdict | None:
    """Hold everything until the article's own embargo has passed, for all who aren't bound to hold it themselves."""
    until, agreement = question.article.embargo_until, question.agreement
    if until is None or until <= question.now or (agreement and agreement.under_embargo):
        return None
    return Verdict(
        decision="held", rule="embargo", reason=f"under embargo until {local(until, question.publisher)}", until=until
    )
