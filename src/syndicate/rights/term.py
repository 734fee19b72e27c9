"""Is there a written agreement, and is today within its term?"""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question


def term(question: Question) -> Verdict | None:
    """Refuse without an agreement or after its end; hold until its first day."""
    agreement, zone = question.agreement, ZoneInfo(question.publisher.timezone)
    if question.public:
        return None
    if agreement is None:
        return Verdict(decision="refused", rule="term", reason="there is no written agreement with this partner")
    today = question.now.astimezone(zone).date()
    if today > agreement.ends:
        return Verdict(
            decision="refused", rule="term", reason=f"agreement {agreement.number} ended on {agreement.ends}"
        )
    if today < agreement.starts:
        return Verdict(
            decision="held",
            rule="term",
            reason=f"agreement {agreement.number} starts on {agreement.starts}",
            until=datetime.combine(agreement.starts, time(), zone),
        )
    return None
