"""Which pictures may go along? One by one, and undecided means no."""

from collections.abc import Iterable, Sequence

from syndicate.model.article import Article, Picture
from syndicate.model.clearance import PictureVerdict
from syndicate.rights.credits import Credit, credits_in
from syndicate.rights.question import Question

UNDECIDED = "nobody has recorded whose it is, and undecided means no"
_OURSELVES = ("本报", "本网", "本台", "本刊", "本端", "本中心")


def pictures(question: Question) -> tuple[PictureVerdict, ...]:
    """A verdict for every picture of the article, in its order."""
    return tuple(_verdict(picture, question) for picture in question.article.pictures)


def _verdict(picture: Picture, question: Question) -> PictureVerdict:
    said = (*credits_in(picture.caption), *credits_in(picture.credit_line))
    against = _against(picture, said, question)
    if against:
        return PictureVerdict(url=picture.url, passed=False, reason=against)
    return PictureVerdict(url=picture.url, passed=True, reason="recorded as ours" if picture.owner else "ours")


def _against(picture: Picture, said: Sequence[Credit], question: Question) -> str:
    """What speaks against passing it on; nothing when it is ours."""
    agreement = question.agreement
    if agreement is not None and agreement.pictures == "none":
        return f"agreement {agreement.number} covers words only"
    others = next(filter(None, (_not_ours(credit, question) for credit in said)), "")
    if others or picture.owner:
        is_own = question.publisher.is_own(picture.owner)
        return others or ("" if is_own else f"belongs to {picture.owner}: not ours to pass on")
    if unsure := [credit for credit in said if not _is_ours(credit, question.article)]:
        return f"credited to {'、'.join(unsure[0].names)}: {UNDECIDED}"
    return "" if said or _is_on_the_article([picture.taken_by], question.article) else UNDECIDED


def _not_ours(credit: Credit, question: Question) -> str:
    """What a credit says against passing it on, whatever is recorded."""
    is_own = question.publisher.is_own
    if credit.kind == "photographer":
        foreign = credit.employer not in _OURSELVES and not is_own(credit.employer)
        return f"taken by {'、'.join(credit.names)} of {credit.employer}: not ours to pass on" if foreign else ""
    others = [name for name in credit.names if not is_own(name)]
    if not others or credit.kind == "nobody":
        return ""
    return {
        "source": f"names {others[0]} as its source: not ours to pass on",
        "supplier": f"was given by {others[0]}: not ours to pass on",
        "agency": f"is {others[0]}'s, an agency: not ours to pass on",
    }[credit.kind]


def _is_ours(credit: Credit, article: Article) -> bool:
    """Whether a credit that says nothing against it makes it ours: by one of our names, or by our people."""
    if credit.kind == "nobody":
        return False
    if credit.kind != "photographer" or credit.role == "reporter":
        return True
    return _is_on_the_article(credit.names, article)


def _is_on_the_article(names: Iterable[str], article: Article) -> bool:
    return all(name in (*article.reporters, *article.correspondents) for name in names)
