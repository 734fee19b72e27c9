"""Writes an article down for one audience: its statements in place, its pictures cleared, in the format it wants."""

from datetime import datetime
from typing import Literal

from syndicate.formats import article_format
from syndicate.ledger.articles import Head, Revision
from syndicate.model.agreement import Agreement
from syndicate.model.article import Article, Withdrawal
from syndicate.model.clearance import Clearance
from syndicate.model.delivery import Manifest
from syndicate.model.story import Rendition, Story
from syndicate.notices.compose import Composed, compose
from syndicate.pipeline.newsroom import Newsroom

Carries = Literal["all", "summary", "link"]


def write_story(
    head: Head,
    revision: Revision,
    *,
    clearance: Clearance,
    agreement: Agreement | None,
    newsroom: Newsroom,
    carries: Carries = "all",
    corrected: datetime | None = None,
    language: str = "",
) -> tuple[Story, Manifest]:
    """The article as this audience may have it, and the manifest of what it carries.

    `carries` is how much of it: with the body, without, or its title, source and link alone. `corrected` is when the
    correction that it notes was made. The statements are in the article's language, unless another is named.
    """
    article = _bare(_article(revision)) if carries == "link" else _article(revision)
    composed = compose(
        article,
        clearance=clearance,
        agreement=agreement,
        publisher=newsroom.publisher,
        wording=newsroom.wording.of(language or article.language, agreement.wording if agreement else None),
        addresses=newsroom.addresses,
        corrected=corrected,
    )
    published = head.first_published or article.published_at
    updated = max(revision.updated, published)  # what is published at its hour was written before
    story = Story(
        article=composed.article if carries == "all" else composed.article.model_copy(update={"body_html": ""}),
        uri=head.uri,
        revision=revision.revision,
        published=published,
        updated=updated,
        modified=max(updated, article.updated_at or updated),
        terms=composed.terms,
    )
    return story, _manifest(composed, clearance, agreement)


def _bare(article: Article) -> Article:
    """Its title, and what says whose it is and where it stands: nothing that anybody wrote, or took, for it."""
    others = {"summary": "", "body_html": "", "pictures": (), "keywords": (), "correction_note": ""}
    return article.model_copy(update=others)


def _manifest(composed: Composed, clearance: Clearance, agreement: Agreement | None) -> Manifest:
    terms = composed.terms
    return Manifest(
        agreement=agreement.number if agreement else "",
        terms=agreement.version if agreement else "",
        pictures=clearance.pictures,
        notices=composed.notices,
        licence=terms.usage,
        licence_id=terms.licence.id if terms.licence else "",
        licence_version=terms.licence.version if terms.licence else "",
        licence_url=terms.licence_url,
        policy_url=terms.policy_url,
    )


def write_article(format_name: str, story: Story, newsroom: Newsroom) -> Rendition:
    """The article's bytes in one format."""
    return article_format(format_name).render(story, publisher=newsroom.publisher)


def _article(revision: Revision) -> Article:
    if isinstance(revision.data, Withdrawal):
        raise TypeError(f"revision {revision.revision} of {revision.article_id} is a withdrawal: it has no words")
    return revision.data
