"""Must this partner wait after we have published?"""

from datetime import datetime, timedelta

from syndicate.model.agreement import Agreement
from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question, local


def delay(question: Question) -> Verdict | None:
    """Hold for as long as the agreement says, counted from first publication: a correction doesn't start it again.

    In minutes, in hours of work, or in both: then until both have passed.
    """
    agreement = question.agreement
    if agreement is None or not (agreement.delay_minutes or agreement.delay_business_hours):
        return None
    until = _until(agreement, question)
    if until <= question.now:
        return None
    return Verdict(
        decision="held",
        rule="delay",
        reason=f"agreement {agreement.number} has them wait {_words(agreement)} "
        f"after publication, until {local(until, question.publisher)}",
        until=until,
    )


def _until(agreement: Agreement, question: Question) -> datetime:
    out, publisher = question.first_published, question.publisher
    by_the_clock = out + timedelta(minutes=agreement.delay_minutes)
    at_work = publisher.business_hours.after(out, agreement.delay_business_hours, publisher.timezone)
    return max(by_the_clock, at_work)


def _words(agreement: Agreement) -> str:
    minutes, hours = agreement.delay_minutes, agreement.delay_business_hours
    said = (f"{minutes} minutes" if minutes else "", f"{hours:g} business hours" if hours else "")
    return " and ".join(filter(None, said))
