"""May it be published where they publish?"""

from collections.abc import Sequence

from syndicate.model.agreement import Agreement
from syndicate.model.clearance import Verdict
from syndicate.rights.question import Question


def territory(question: Question) -> Verdict | None:
    """Refuse an article that may be published in some places only, unless the agreement is for these, or fewer.

    The public feeds are read everywhere.
    """
    against = beyond(question.article.territory, question.agreement)
    return Verdict(decision="refused", rule="territory", reason=against) if against else None


def beyond(places: Sequence[str], agreement: Agreement | None) -> str:
    """Why what may be published in these places (ISO 3166; none: everywhere) may not go; nothing when it may."""
    if not places:
        return ""
    only = f"may be published in {'、'.join(places)} only"
    if agreement is None:
        return f"{only}, and the public feeds are read everywhere"
    if not agreement.territory:
        return f"{only}, and agreement {agreement.number} is for everywhere: it names no territory"
    outside = [place for place in agreement.territory if not _within(place, places)]
    return f"{only}, and agreement {agreement.number} is for {'、'.join(outside)} too" if outside else ""


def _within(place: str, places: Sequence[str]) -> bool:
    return place in places or place.partition("-")[0] in places
