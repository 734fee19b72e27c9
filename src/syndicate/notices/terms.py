"""What must it say to machines: the one record of an article's rights, which every format writes from."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from syndicate.model.agreement import Agreement
from syndicate.model.article import Article, Picture
from syndicate.model.licence import Addresses
from syndicate.model.publisher import Publisher
from syndicate.model.story import PictureRights, Terms


class Said(NamedTuple):
    """The statements in words: of the article, and what would be said of our own work in its place."""

    attribution: str
    copyright: str
    usage: str
    our_copyright: str
    our_usage: str
    correction: str = ""
    disclaimer: str = ""
    licence_text: str = ""


def terms_of(
    article: Article,
    said: Said,
    credits: Mapping[str, str],
    *,
    agreement: Agreement | None,
    publisher: Publisher,
    addresses: Addresses,
) -> Terms:
    """Whose it is, on which terms, until when. No agreement: the public. `article` has passed pictures only.

    What isn't ours never has our licence: a reprint and another's picture have their own, or none.
    """
    ours = article.origin.kind == "own"
    return Terms(
        attribution=said.attribution,
        correction=said.correction,
        disclaimer=said.disclaimer,
        licence_text=said.licence_text,
        copyright=said.copyright,
        usage=said.usage if ours else article.origin.licence or said.usage,
        licence_url=addresses.page if ours else article.origin.licence_url or "",
        credits=dict(credits),
        ours=ours,
        holder=_holder(article, publisher),
        licence=addresses.licence if ours else None,
        policy_url=addresses.policy(agreement.version if agreement else "") if ours else "",
        tdm_policy_url=addresses.policy() if ours else "",
        reserves_mining=addresses.reserves_mining if ours else True,
        expires=_expires(article, agreement, publisher),
        territory=agreement.territory if agreement else (),
        pictures={
            picture.url: _of_picture(picture, article, said, credits, publisher=publisher, addresses=addresses)
            for picture in article.pictures
        },
    )


def _holder(article: Article, publisher: Publisher) -> str:
    """Of what is ours in part, both."""
    whose = {"own": [], "mixed": [article.origin.source], "reprint": [article.origin.source]}[article.origin.kind]
    ours = [] if article.origin.kind == "reprint" else [publisher.organisation]
    return "、".join(ours + whose)


def _expires(article: Article, agreement: Agreement | None, publisher: Publisher) -> datetime | None:
    """When it must be gone: at the end of an agreement that says so, or of a reprint's permission."""
    ends = []
    if agreement and agreement.after_end == "remove":
        ends.append(agreement.over(publisher.timezone))
    if article.origin.kind != "own" and article.origin.rights and article.origin.rights.ends:
        ends.append(article.origin.rights.ends)
    return min(ends, default=None)


def _of_picture(
    picture: Picture,
    article: Article,
    said: Said,
    credits: Mapping[str, str],
    *,
    publisher: Publisher,
    addresses: Addresses,
) -> PictureRights:
    """Its own terms take the place of ours; where only words are given, no link contradicts them."""
    ours = _is_ours(picture, article, publisher)
    has_own = bool(picture.licence or picture.licence_url)
    return PictureRights(
        ours=ours,
        holder=publisher.organisation if ours else picture.owner,
        creator=picture.taken_by,
        copyright=said.our_copyright if ours else credits[picture.url],
        usage=picture.licence if has_own else said.our_usage if ours else "",
        licence_url=(picture.licence_url or "") if has_own else addresses.page if ours else "",
        expires=picture.rights.ends if picture.rights else None,
    )


def _is_ours(picture: Picture, article: Article, publisher: Publisher) -> bool:
    """Only what nobody says is another's. What is recorded as to be passed on may be, so it is not called ours."""
    if not publisher.is_own(picture.owner) or (picture.rights and picture.rights.pass_to):
        return False
    return bool(picture.owner) or article.origin.kind == "own"
