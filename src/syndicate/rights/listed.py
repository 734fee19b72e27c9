"""Does it come from a unit whose news may be reprinted, by the list in force (互联网新闻信息稿源单位名单)?"""

from syndicate.model.clearance import Verdict
from syndicate.model.listing import Listing
from syndicate.rights.question import Question


def listed(question: Question) -> Verdict | None:
    """Refuse others' words whose source isn't on the list, and ours to partners that take from listed units only.

    Where no list is in force there is nothing to go by: only those partners are refused, and get nothing.
    """
    partner, listing = question.partner, question.listing
    if listing is None:
        strict = partner is not None and partner.only_listed
        return _refused("they take from listed units only, and no source list is in force") if strict else None
    unlisted = [name for name in question.article.origin.sources if not listing.has(name)]
    if unlisted and question.article.origin.carries_others:
        return _refused(f"{'、'.join(unlisted)} isn't on {_named(listing)}")
    if partner and partner.only_listed and not any(map(listing.has, question.publisher.own_names)):
        return _refused(f"they take from listed units only, and none of our names is on {_named(listing)}")
    return None


def _named(listing: Listing) -> str:
    return f"the source list {listing.edition}, in force since {listing.starts}"


def _refused(reason: str) -> Verdict:
    return Verdict(decision="refused", rule="listed", reason=reason)
