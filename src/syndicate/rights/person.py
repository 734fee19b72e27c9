"""Has a person to decide, or decided already?"""

from syndicate.model.clearance import Ruling, Verdict
from syndicate.rights.question import Question, local


def person(question: Question) -> Verdict | None:
    """Refuse what a person has refused; hold what somebody must be asked about, until a person clears it."""
    ruling = question.ruling
    if ruling and ruling.decision == "refused":
        return Verdict(decision="refused", rule="person", reason=f"refused {_words(ruling, question)}")
    unasked = [name for name in question.article.ask_first if ruling is None or name not in ruling.asked]
    if not unasked:
        return None
    names = "、".join(unasked)
    reason = f"{names} must be asked first; then say: syndicate clear {question.article.id}, or refuse"
    return Verdict(decision="held", rule="person", reason=reason)


def _words(ruling: Ruling, question: Question) -> str:
    return f"by {ruling.by} on {local(ruling.at, question.publisher)}: {ruling.reason}"
