"""Is there a written agreement, and is today within its term?"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syndicate.model.agreement import Agreement, in_force
from syndicate.model.clearance import Verdict
from syndicate.model.partner import Partner
from syndicate.model.publisher import Publisher
from syndicate.rights.question import Question


def term(question: Question) -> Verdict | None:
    """Refuse without an agreement or after its end; hold until its first day. The public needs none.

    What was out before the agreement began goes only if it says so; a renewal goes on with what the former one began,
    and any agreement with what they have from another, unless that had it taken back at its end.
    """
    partner = question.partner
    if partner is None:
        return None
    if before := _was_out_before(question):
        return before
    verdict = running(question.agreement, publisher=question.publisher, now=question.now)
    if verdict and verdict.decision == "refused":  # the next agreement may answer otherwise
        return verdict.model_copy(update={"until": partner.next_begins(question.now, question.publisher.timezone)})
    return verdict


def running(agreement: Agreement | None, *, publisher: Publisher, now: datetime) -> Verdict | None:
    """Nothing when the agreement is in term today, by the publisher's clocks; else why not."""
    if agreement is None:
        return Verdict(decision="refused", rule="term", reason="there is no written agreement with this partner")
    if now >= agreement.over(publisher.timezone):
        reason = f"agreement {agreement.number} ended on {agreement.ends}"
        return Verdict(decision="refused", rule="term", reason=reason, keeps=agreement.after_end == "keep")
    begins = agreement.begins(publisher.timezone)
    if now < begins:
        reason = f"agreement {agreement.number} starts on {agreement.starts}"
        return Verdict(decision="held", rule="term", reason=reason, until=begins)
    return None


def _was_out_before(question: Question) -> Verdict | None:
    agreement = question.agreement
    if agreement is None or agreement.at_start == "covered" or question.partner is None:
        return None
    begun = question.partner.begun(agreement)
    if question.had and not _was_taken_back(question.partner, begun):
        return None
    out = max(question.first_published, question.updated or question.first_published)
    if out >= datetime.combine(begun, time(), ZoneInfo(question.publisher.timezone)):
        return None
    reason = f"was out before agreement {agreement.number} started on {begun}, and that sends nothing of before"
    return Verdict(decision="refused", rule="term", reason=reason)


def _was_taken_back(partner: Partner, begun: date) -> bool:
    """Whether the agreement that ended before this day had everything taken back by then."""
    before = in_force(partner.agreements, begun - timedelta(days=1))
    return before is not None and before.ends < begun and before.after_end == "remove"
