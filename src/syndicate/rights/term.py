"""Is there a written agreement, and is today within its term?"""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from syndicate.model.clearance import Verdict
from syndicate.model.partner import Agreement
from syndicate.model.publisher import Publisher
from syndicate.rights.question import Question


def term(question: Question) -> Verdict | None:
    """Refuse without an agreement or after its end; hold until its first day. The public needs none."""
    if question.partner is None:
        return None
    return running(question.agreement, publisher=question.publisher, now=question.now)


def running(agreement: Agreement | None, *, publisher: Publisher, now: datetime) -> Verdict | None:
    """Nothing when the agreement is in term today, by the publisher's clocks; else why not."""
    if agreement is None:
        return Verdict(decision="refused", rule="term", reason="there is no written agreement with this partner")
    if now >= agreement.over(publisher.timezone):
        reason = f"agreement {agreement.number} ended on {agreement.ends}"
        return Verdict(decision="refused", rule="term", reason=reason, keeps=agreement.after_end == "keep")
    begins = datetime.combine(agreement.starts, time(), ZoneInfo(publisher.timezone))
    if now < begins:
        reason = f"agreement {agreement.number} starts on {agreement.starts}"
        return Verdict(decision="held", rule="term", reason=reason, until=begins)
    return None
