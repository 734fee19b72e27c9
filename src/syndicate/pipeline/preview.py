"""How an article would read at one partner: with every statement in its place, whatever the answer is now."""

from datetime import datetime

from syndicate.ledger.database import Ledger
from syndicate.markup.text import text_of
from syndicate.model.clearance import Clearance
from syndicate.model.partner import Partner
from syndicate.model.record import Record
from syndicate.pipeline.case import find_case
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.writing import write_story
from syndicate.rights import clear
from syndicate.rights.pictures import pictures


class Preview(Record):
    """The body as HTML and as plain text, the statements it carries by name, and the answer that stands beside it."""

    article: str
    partner: str
    headline: str
    clearance: Clearance
    notices: tuple[str, ...]
    html: str
    text: str


def preview(ledger: Ledger, article_id: str, partner: Partner, *, newsroom: Newsroom, now: datetime) -> Preview | None:
    """The newest words of an article as this partner would read them; None for what is unknown or withdrawn.

    Pictures are those that it might have, though the article itself is held or refused.
    """
    with ledger.read() as connection:
        found = find_case(connection, article_id, newsroom=newsroom, now=now)
    if found is None:
        return None
    case, revision = found
    question = case.question(partner)
    clearance = clear(question)
    shown = clearance.model_copy(update={"pictures": pictures(question)})
    story, manifest = write_story(case.head, revision, clearance=shown, agreement=question.agreement, newsroom=newsroom)
    return Preview(
        article=article_id,
        partner=partner.id,
        headline=story.article.headline,
        clearance=clearance,
        notices=manifest.notices,
        html=story.article.body_html,
        text=text_of(story.article.body_html),
    )
