"""Which pictures may go along? One by one, and undecided means no."""

from collections.abc import Iterable, Sequence
from typing import Literal

from syndicate.model.agreement import Agreement
from syndicate.model.article import Article, Picture
from syndicate.model.clearance import PictureVerdict
from syndicate.rights.credits import Credit, credits_in
from syndicate.rights.permission import names, running
from syndicate.rights.question import Question

UNDECIDED = "nobody has recorded whose it is, and undecided means no"
_OURSELVES = ("本报", "本网", "本台", "本刊", "本端", "本中心", "本報", "本網", "本臺")


def pictures(question: Question) -> tuple[PictureVerdict, ...]:
    """A verdict for every picture of the article, in its order."""
    return tuple(_verdict(picture, question) for picture in question.article.pictures)


def is_undecided(picture: Picture, question: Question) -> bool:
    """Whether it stays here only because nobody has said whose it is."""
    passed, reason = _whose(picture, question)
    return not passed and reason.endswith(UNDECIDED)


def _verdict(picture: Picture, question: Question) -> PictureVerdict:
    agreement, until = question.agreement, None
    if agreement is not None and _covered(picture, agreement) == "none":
        passed, reason = (
            False,
            f"agreement {agreement.number} covers {'no video' if picture.is_video else 'words only'}",
        )
    else:
        passed, reason = _whose(picture, question)
        if passed and picture.rights:
            runs = running(picture.rights, question)
            passed, reason, until = runs.now, reason if runs.now else runs.reason, runs.until
    credit = _recorded_credit(picture, question) if passed else ""
    replaced = not passed and agreement is not None and agreement.missing_pictures == "placeholder"
    return PictureVerdict(url=picture.url, passed=passed, reason=reason, until=until, credit=credit, replaced=replaced)


def _covered(picture: Picture, agreement: Agreement) -> Literal["none", "ours", "cleared"]:
    """Which pictures of its kind the agreement covers."""
    return agreement.video if picture.is_video else agreement.pictures


def _recorded_credit(picture: Picture, question: Question) -> str:
    if picture.url not in question.credits_before:
        return ""
    return " ".join(filter(None, (picture.owner, picture.taken_by, picture.credit_line)))


def _whose(picture: Picture, question: Question) -> tuple[bool, str]:
    """Whether it is ours, or we may pass it on, and why."""
    said = (*credits_in(picture.caption), *credits_in(picture.credit_line))
    before = credits_in(question.credits_before.get(picture.url, ""))
    if others := _theirs(picture, (*said, *before), question):
        return _passed_on(picture, others, question)
    if picture.owner:
        return True, "recorded as ours"
    if unsure := [credit for credit in said if not _is_ours(credit, question.article)]:
        return False, f"credited to {'、'.join(unsure[0].names)}: {UNDECIDED}"
    if said or _is_on_the_article([picture.taken_by], question.article):
        return True, "ours"
    return False, UNDECIDED


def _theirs(picture: Picture, said: Sequence[Credit], question: Question) -> str:
    """Why it is somebody else's; nothing when nobody says so."""
    if not question.publisher.is_own(picture.owner):
        return f"belongs to {picture.owner}: not ours to pass on"
    return next(filter(None, (_not_ours(credit, question) for credit in said)), "")


def _passed_on(picture: Picture, others: str, question: Question) -> tuple[bool, str]:
    """Another's picture goes to whom its record names, under an agreement that takes such pictures."""
    agreement, rights = question.agreement, picture.rights
    if rights and agreement and _covered(picture, agreement) == "cleared" and names(rights, question):
        return True, f"may be passed on to them: {rights.evidence}"
    return False, others


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
    """Whether a credit that says nothing against it makes it ours: our name as its source, or people of the article.

    Who else is called a reporter may be another house's: what stands before a name can be written in too many ways.
    """
    if credit.kind == "photographer":
        return _is_on_the_article(credit.names, article)
    return credit.kind == "source"


def _is_on_the_article(names: Iterable[str], article: Article) -> bool:
    """Whether these are people of ours; a reprint's people are another house's."""
    return article.origin.kind != "reprint" and all(
        name in (*article.reporters, *article.correspondents) for name in names
    )
