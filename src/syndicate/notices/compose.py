"""What must it say: one article for one audience, with cleared pictures only and every statement in its place."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from syndicate.markup.place import Statement, place
from syndicate.markup.sanitise import sanitise
from syndicate.model.agreement import Agreement
from syndicate.model.article import Article, Picture
from syndicate.model.clearance import Clearance
from syndicate.model.licence import Addresses
from syndicate.model.publisher import Publisher
from syndicate.model.record import Record
from syndicate.model.story import Terms
from syndicate.notices.terms import Said, terms_of
from syndicate.notices.wording import PicturePlaceholder, Wording

Named = tuple[str, str]  # a statement's name, such as attribution:reporters, and its words
Facts = dict[str, str]  # what each placeholder stands for


class Composed(Record):
    """`article` has the passed pictures only and its body placed; `notices` names every statement that it carries."""

    article: Article
    terms: Terms
    notices: tuple[str, ...]


def compose(
    article: Article,
    *,
    clearance: Clearance,
    agreement: Agreement | None,
    publisher: Publisher,
    wording: Wording,
    addresses: Addresses | None = None,
    corrected: datetime | None = None,
) -> Composed:
    """`article` as one audience may have it; without an agreement that is the public. Composing again adds nothing.

    `addresses` is where our terms are to be read; without, at the page that the publisher names. `corrected` is when
    the correction that it notes was made; not known, it is the article's own last change.
    """
    facts = _facts(article, agreement, publisher, wording)
    facts["date"] = _day(corrected or article.updated_at or article.published_at, publisher, wording)
    pictures = tuple(picture for picture in article.pictures if picture.url in clearance.passed_pictures)
    credits = {picture.url: _credit(picture, article, publisher, wording, facts) for picture in pictures}
    instead = _placeholders(article, clearance, wording)
    head = _said("attribution", wording.attribution, _signed_by(article), facts)
    tail = _tail(article, agreement, wording, facts)
    said = {name.partition(":")[0]: words for name, words in tail}
    terms = terms_of(
        article.model_copy(update={"pictures": pictures}),
        Said(
            head[1],
            said["copyright"],
            said["licence"],
            our_copyright=_said("copyright", wording.licence, "copyright", facts)[1],
            our_usage=_said("licence", wording.licence, "partner" if agreement else "public", facts)[1],
            correction=said.get("correction", ""),
            disclaimer=said.get("disclaimer", ""),
            licence_text=said.get("licence-text", ""),
        ),
        {url: words for url, (_, words) in credits.items()},
        agreement=agreement,
        publisher=publisher,
        addresses=addresses or Addresses(page=publisher.licence_url),
    )
    words = wording.picture_placeholder if agreement and agreement.missing_pictures == "placeholder" else None
    body = _body(article, terms, said, replaced={url: text for url, (_, text) in instead.items()}, words=words)
    return Composed(
        article=article.model_copy(update={"pictures": pictures, "body_html": body}),
        terms=terms,
        notices=tuple(dict.fromkeys(name for name, _ in [head, *credits.values(), *instead.values(), *tail])),
    )


def _body(
    article: Article,
    terms: Terms,
    tail: Mapping[str, str],
    *,
    replaced: Mapping[str, str],
    words: PicturePlaceholder | None,
) -> str:
    links = {"canonical-link": article.url}
    return place(
        sanitise(article.body_html, base_url=article.url),
        head=terms.attribution,
        tail=[Statement(name, words, link=links.get(name, "")) for name, words in tail.items()],
        passed=frozenset(terms.credits),
        captions={picture.url: picture.caption for picture in article.pictures},
        credits=terms.credits,
        replaced=replaced,
        placeholders=(words.picture, words.video) if words else (),
    )


def _placeholders(article: Article, clearance: Clearance, wording: Wording) -> dict[str, Named]:
    """What stands in the place of each picture that is replaced, by its url."""
    replaced = {picture.url for picture in clearance.pictures if picture.replaced}
    return {
        picture.url: _said(
            "picture-placeholder", wording.picture_placeholder, "video" if picture.is_video else "picture", {}
        )
        for picture in article.pictures
        if picture.url in replaced
    }


def _facts(article: Article, agreement: Agreement | None, publisher: Publisher, wording: Wording) -> Facts:
    """What the placeholders in the wording stand for."""
    return {
        "publisher": publisher.name,
        "organisation": publisher.organisation,
        "agreement": agreement.number if agreement else "",
        "editing": _allowed(wording, "edit", agreement is not None and agreement.may_edit),
        "sublicensing": _allowed(wording, "sublicense", agreement is not None and agreement.may_sublicense),
        "reporters": wording.attribution.separator.join(article.reporters),
        "correspondents": wording.attribution.separator.join(article.correspondents),
        "source": article.origin.source,
        "url": article.url,
        "note": article.correction_note,
    }


def _allowed(wording: Wording, what: str, allowed: bool) -> str:
    words: str = getattr(wording.licence, f"may_{what}" if allowed else f"may_not_{what}")
    return words


def _day(moment: datetime, publisher: Publisher, wording: Wording) -> str:
    return wording.date.written(moment.astimezone(ZoneInfo(publisher.timezone)))


def _said(name: str, words: Record, case: str, facts: Facts) -> Named:
    template: str = getattr(words, case)
    return f"{name}:{case}", template.format_map(facts)


def _signed_by(article: Article) -> str:
    if article.origin.kind == "reprint":
        return "reprint"
    if article.origin.kind == "mixed":
        people = _people(article)
        return "mixed" if people == "reporters" else f"mixed_{people}"
    return _people(article)


def _people(article: Article) -> str:
    if article.reporters and article.correspondents:
        return "reporters_and_correspondents"
    if article.reporters:
        return "reporters"
    return "correspondents" if article.correspondents else "no_reporter"


def _credit(picture: Picture, article: Article, publisher: Publisher, wording: Wording, facts: Facts) -> Named:
    if picture.credit_line:
        return "picture-credit:own", picture.credit_line
    case = _taken_by(picture, article, publisher)
    about = {**facts, "taken_by": picture.taken_by, "owner": picture.owner}
    return _said("picture-credit", wording.picture_credit, case, about)


def _taken_by(picture: Picture, article: Article, publisher: Publisher) -> str:
    if not publisher.is_own(picture.owner):
        return "other_owner"
    if not picture.taken_by:
        return "unknown"
    return "correspondent" if picture.taken_by in article.correspondents else "reporter"


def _tail(article: Article, agreement: Agreement | None, wording: Wording, facts: Facts) -> list[Named]:
    """What stands under the text, in order.

    A correction stands there too, first of all: the text's own first words must be the head line, which may go on into
    the story within its paragraph, so that nothing fits between the two; and the foot is where most papers' pages have
    their corrections. Others' words say whose they are: without rights of their own they would inherit the feed's (RFC
    4287, 4.2.10).
    """
    theirs = article.origin.kind if article.origin.carries_others else ""
    usage = theirs or ("partner" if agreement else "public")
    label = [] if article.ai_label == "none" else [_said("ai-label", wording.ai_label, article.ai_label, facts)]
    _, copyright_line = _said("copyright", wording.licence, f"{theirs}_copyright" if theirs else "copyright", facts)
    correction = wording.correction.text.format_map(facts) if article.correction_note else ""
    disclaimer = wording.disclaimer.text.format_map(facts) if theirs else ""
    tail = [
        ("correction", correction),
        *label,
        ("copyright", copyright_line),
        _said("licence", wording.licence, usage, facts),
        ("licence-text", agreement.licence_text if agreement else ""),
        ("disclaimer", disclaimer),
        ("canonical-link", wording.canonical_link.text.format_map(facts)),
    ]
    return [(name, words) for name, words in tail if words]
