"""Has the partner had as much as the agreement allows?"""

from syndicate.model.clearance import Verdict
from syndicate.model.supply import next_begins
from syndicate.rights.question import Question, local


def quota(question: Question) -> Verdict | None:
    """Hold until the next day, week, month or year when this one's articles are used up; or refuse, if it says so.

    An article that was cleared for them before has been counted: its corrections go. What was refused stays refused.
    It is asked last (`clear`): what another rule keeps back takes nobody's place.
    """
    agreement = question.agreement
    if agreement is None or question.had:
        return None
    refuses = agreement.quota.when_used_up == "refuse"
    if refuses and question.supply.refused:
        reason = f"came when agreement {question.supply.refused} allowed no more, and it refuses what comes then"
        return Verdict(decision="refused", rule="quota", reason=reason)
    used_up = [(period, most) for period, most in agreement.quota.limits() if question.supply.of(period) >= most]
    if not used_up:
        return None
    period, most = used_up[-1]  # the longest: it is the last to begin anew
    reason = f"agreement {agreement.number} allows {most} articles a {period}, and they have had them"
    if refuses:
        return Verdict(decision="refused", rule="quota", reason=reason)
    until = max(next_begins(period, question.now, question.publisher.timezone) for period, _ in used_up)
    reason += f"; the next {period} begins at {local(until, question.publisher)}"
    return Verdict(decision="held", rule="quota", reason=reason, until=until)
