"""Must this partner wait after we have published?"""

from datetime import timedelta

from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question, local


def delay(question: Question) -> Verdict | None:
    """Hold for as long as the agreement says, counted from first publication: a correction doesn't start it again."""
    agreement = question.agreement
    if agreement is None or not agreement.delay_minutes:
        return None
    until = question.first_published + timedelta(minutes=agreement.delay_minutes)
    if until <= question.now:
        return None
    return Verdict(
        decision="held",
        rule="delay",
        reason=f"agreement {agreement.number} has them wait {agreement.delay_minutes} minutes "
        f"after publication, until {local(until, question.publisher)}",
        until=until,
    )
