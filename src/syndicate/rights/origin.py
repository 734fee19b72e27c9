"""Are the words ours to pass on?"""

from syndicate.model.article import Origin
from syndicate.model.clearance import Verdict
from syndicate.rights.permission import names, running
from syndicate.rights.question import Question


def origin(question: Question) -> Verdict | None:
    """Refuse what carries others' words, and an article that says it is ours while it names another source.

    But a reprint, or our own words with others' in them, goes as long as its permission runs to whom that names, under
    an agreement that takes such reprints. A reprint's title, source and link may be told while we may carry it.
    """
    said, agreement = question.article.origin, question.agreement
    if question.as_link:
        return _as_link(question)
    if said.kind == "own" and question.publisher.is_own(said.source):
        return None
    takes = said.carries_others and agreement is not None and agreement.reprints == "cleared"
    if takes and said.rights and names(said.rights, question):
        runs = running(said.rights, question)
        decision = "held" if runs.until else "refused"
        return None if runs.now else Verdict(decision=decision, rule="origin", reason=runs.reason, until=runs.until)
    return Verdict(decision="refused", rule="origin", reason=_not_ours(said))


def _as_link(question: Question) -> Verdict | None:
    """What is ours stands in the public feeds by itself; what is mixed has a title of ours and is no reprint."""
    said = question.article.origin
    if said.kind != "reprint":
        reason = "no reprint: only a reprint goes as title, source and link"
        return Verdict(decision="refused", rule="origin", reason=reason)
    runs = running(said.rights, question) if said.rights else None
    if runs is None or runs.now:
        return None
    decision = "held" if runs.until else "refused"
    return Verdict(decision=decision, rule="origin", reason=runs.reason, until=runs.until)


def _not_ours(said: Origin) -> str:
    if said.kind == "mixed":
        return f"our own words with {said.source}'s in them: not ours alone to pass on"
    how = "a reprint" if said.kind == "reprint" else "named as source"
    return f"the words belong to {said.source} ({how}): not ours to pass on"
