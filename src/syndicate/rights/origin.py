"""Are the words ours to pass on?"""

from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question


def origin(question: Question) -> Verdict | None:
    """Refuse a reprint, and an article that says it is ours while it names another source."""
    said = question.article.origin
    if said.kind == "own" and question.publisher.is_own(said.source):
        return None
    return Verdict(
        decision="refused",
        rule="origin",
        reason=f"the words belong to {said.source} ({'a reprint' if said.kind == 'reprint' else 'named as source'}): "
        "not ours to pass on",
    )
