"""What is on record about an article's pictures, put in the place of what its event says of them."""

from collections.abc import Mapping
from typing import Any

from syndicate.model.article import Article, Permission, Picture
from syndicate.model.picture_rights import PERMISSION, Said


def recorded(article: Article, records: Mapping[str, Said]) -> Article:
    """The article with its pictures as they are on record; `records` by their urls.

    The record counts over the event, field by field: one that says only an end keeps the event's owner, evidence and
    partners, and one that says there is no owner takes the event's away. What neither says is undecided still.
    Captions are the event's alone, and so nobody's record speaks against what a caption says.
    """
    if not any(picture.url in records for picture in article.pictures):
        return article
    pictures = tuple(_recorded(picture, records.get(picture.url, {})) for picture in article.pictures)
    return article.model_copy(update={"pictures": pictures})


def credits_before(article: Article, records: Mapping[str, Said]) -> dict[str, str]:
    """The credit line that the event gave each picture that is on record, by its url."""
    return {picture.url: picture.credit_line for picture in article.pictures if picture.url in records}


def _recorded(picture: Picture, said: Said) -> Picture:
    words = {name: said[name] for name in ("owner", "credit_line", "taken_by") if name in said}
    if any(name in said for name in PERMISSION):
        words["rights"] = _permission(picture.rights, said)
    return picture.model_copy(update=words)


def _permission(told: Permission | None, said: Said) -> Permission | None:
    """Event and record together. An end before the start that the other says is no mistake of either: it never runs."""
    fields: dict[str, Any] = dict(told or Permission()) | {name: said[name] for name in PERMISSION if name in said}
    if not fields["evidence"]:
        fields["pass_to"] = ()
    return Permission.model_construct(**fields) if any(fields.values()) else None
