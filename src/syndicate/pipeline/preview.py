"""How an article would read at one partner: with every statement in its place, whatever the answer is now."""

from datetime import datetime

from syndicate.ledger.articles import Revision
from syndicate.ledger.database import Ledger
from syndicate.markup.text import text_of
from syndicate.model.clearance import Clearance
from syndicate.model.event import Envelope
from syndicate.model.partner import Partner
from syndicate.model.record import Record
from syndicate.pipeline.case import Case, find_case
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.receive import receive
from syndicate.pipeline.writing import write_story
from syndicate.rights import clear
from syndicate.rights.pictures import pictures


class Preview(Record):
    """The body as HTML and as plain text, the statements it carries by name, and the answer that stands beside it.

    `language` and `variant` are those of the statements' words.
    """

    article: str
    partner: str
    headline: str
    clearance: Clearance
    language: str
    variant: str
    notices: tuple[str, ...]
    html: str
    text: str


def preview(
    ledger: Ledger, article_id: str, partner: Partner, *, newsroom: Newsroom, now: datetime, language: str = ""
) -> Preview | None:
    """The newest words of an article as this partner would read them; None for what is unknown or withdrawn.

    Pictures are those that it might have, though the article itself is held or refused. The statements are in the
    article's language, unless another is named.
    """
    with ledger.read() as connection:
        found = find_case(connection, article_id, newsroom=newsroom, now=now)
    return _shown(*found, partner, language) if found else None


def preview_event(
    ledger: Ledger, envelope: Envelope, partner: Partner, *, newsroom: Newsroom, now: datetime, language: str = ""
) -> Preview | None:
    """The same for an event that nobody has sent yet; None for a withdrawal. Nothing is written.

    Raises `Invalid` and `Conflict` as taking it in would.
    """
    with ledger.rehearse() as connection:
        received = receive(connection, envelope, publisher=newsroom.publisher, now=now)
        found = find_case(connection, received.article_id, newsroom=newsroom, now=now)
    return _shown(*found, partner, language) if found else None


def _shown(case: Case, revision: Revision, partner: Partner, language: str) -> Preview:
    question, newsroom = case.question(partner), case.newsroom
    clearance = clear(question)
    story, manifest = write_story(
        case.head,
        revision,
        clearance=clearance.model_copy(update={"pictures": pictures(question)}),
        agreement=question.agreement,
        newsroom=newsroom,
        corrected=case.corrected,
        language=language,
    )
    variant = question.agreement.wording if question.agreement else None
    wording = newsroom.wording.of(language or case.article.language, variant)
    return Preview(
        article=case.head.id,
        partner=partner.id,
        headline=story.article.headline,
        clearance=clearance,
        language=wording.language,
        variant=wording.variant,
        notices=manifest.notices,
        html=story.article.body_html,
        text=text_of(story.article.body_html),
    )
