"""How does an article look to search engines? As schema.org's NewsArticle, in JSON-LD. And how is it taken back?"""

from typing import Any
from zoneinfo import ZoneInfo

from syndicate.formats._json import encoded, present
from syndicate.formats._story import carries_others, creators, is_reprint, source_type, usage
from syndicate.markup.text import text_of
from syndicate.model.article import Article, Picture
from syndicate.model.publisher import Publisher
from syndicate.model.story import Rendition, Retraction, Story

MEDIA_TYPE = "application/ld+json"
_CONTEXT = "https://schema.org"


def render(story: Story, *, publisher: Publisher) -> Rendition:
    """The article with its whole text. Partners keep the highest `version`: it is our revision number."""
    document = about(story, publisher=publisher) | {"articleBody": text_of(story.article.body_html)}
    return Rendition(media_type=MEDIA_TYPE, body=encoded(present(document)))


def retract(retraction: Retraction, *, publisher: Publisher) -> Rendition:
    """Word that the article is withdrawn: `creativeWorkStatus`, under the same `@id` with a higher `version`."""
    document = withdrawn(retraction, publisher=publisher) | {"headline": retraction.headline}
    return Rendition(media_type=MEDIA_TYPE, body=encoded(document))


def about(story: Story, *, publisher: Publisher) -> dict[str, Any]:
    """All that is to be said of an article but its text."""
    return present(
        _identity(story.uri, story.revision, story.article.id, story.article.url)
        | _words(story.article)
        | _dates(story)
        | _people(story.article, publisher)
        | _rights(story, publisher)
        | {"image": [_image(picture, story) for picture in story.article.pictures]}
    )


def withdrawn(retraction: Retraction, *, publisher: Publisher) -> dict[str, Any]:
    """That an article is withdrawn, without any of its words."""
    because = {"@type": "CorrectionComment", "text": retraction.reason} if retraction.reason else None
    return present(
        _identity(retraction.uri, retraction.revision, retraction.article_id, retraction.url)
        | {
            "inLanguage": retraction.language,
            "creativeWorkStatus": "Withdrawn",
            "dateModified": retraction.withdrawn.isoformat(),
            "correction": because,
            "publisher": _organisation(publisher.name, publisher.home_url),
        }
    )


def _identity(uri: str, revision: int, article_id: str, url: str) -> dict[str, Any]:
    return {
        "@context": _CONTEXT,
        "@type": "NewsArticle",
        "@id": uri,
        "identifier": article_id,
        "version": revision,
        "url": url,
        "mainEntityOfPage": url,
    }


def _words(article: Article) -> dict[str, Any]:
    source = source_type(article)
    return {
        "headline": article.headline,
        "description": article.summary,
        "inLanguage": article.language,
        "articleSection": list(article.section),
        "keywords": list(article.keywords),
        "genre": article.genre,
        "digitalSourceType": source or None,
    }


def _dates(story: Story) -> dict[str, Any]:
    embargo = story.article.embargo_until
    return {
        "datePublished": story.published.isoformat(),
        "dateModified": story.modified.isoformat(),
        "publication": {"@type": "PublicationEvent", "startDate": embargo.isoformat()} if embargo else None,
    }


def _people(article: Article, publisher: Publisher) -> dict[str, Any]:
    return {
        "author": _authors(article, publisher),
        "editor": _person(article.editor) if article.editor else None,
        "publisher": _organisation(publisher.name, publisher.home_url),
        "isBasedOn": _original(article) if carries_others(article) else None,
    }


def _authors(article: Article, publisher: Publisher) -> list[dict[str, str]]:
    """Who wrote it. Where nobody is named, the house that answers for it did."""
    if is_reprint(article) and not article.origin.original_author:
        return [_organisation(article.origin.source)]
    named = [_person(name) for name in creators(article)]
    return named or [_organisation(publisher.name, publisher.home_url)]


def _original(article: Article) -> dict[str, Any]:
    origin = article.origin
    return present(
        {
            "@type": "NewsArticle",
            "url": origin.original_url,
            "headline": origin.original_title,
            "author": _person(origin.original_author) if origin.original_author else None,
            "publisher": _organisation(origin.source),
        }
    )


def _rights(story: Story, publisher: Publisher) -> dict[str, Any]:
    """A reprint's year isn't known, nor whom to ask for a licence; what is ours is asked for where ours is read."""
    terms = story.terms
    year = story.published.astimezone(ZoneInfo(publisher.timezone)).year
    return {
        "copyrightHolder": _organisation(terms.holder) if terms.holder else None,
        "copyrightYear": year if terms.ours else None,
        "copyrightNotice": terms.copyright,
        "creditText": terms.attribution,
        "conditionsOfAccess": usage(terms),
        "license": terms.licence_url,
        "acquireLicensePage": terms.licence_url if terms.ours else None,
        "usageInfo": terms.policy_url,
        "expires": terms.expires.isoformat() if terms.expires else None,
    }


def _image(picture: Picture, story: Story) -> dict[str, Any]:
    rights = story.terms.picture(picture.url)
    return present(
        {
            "@type": "ImageObject",
            "contentUrl": picture.url,
            "encodingFormat": picture.media_type,
            "width": picture.width,
            "height": picture.height,
            "caption": picture.caption,
            "creator": _person(rights.creator) if rights.creator else None,
            "creditText": story.terms.credits.get(picture.url),
            "copyrightHolder": _organisation(rights.holder) if rights.holder else None,
            "copyrightNotice": rights.copyright,
            "conditionsOfAccess": rights.usage,
            "license": rights.licence_url,
            "acquireLicensePage": story.terms.licence_url if rights.ours and story.terms.ours else None,
            "expires": rights.expires.isoformat() if rights.expires else None,
        }
    )


def _person(name: str) -> dict[str, str]:
    return {"@type": "Person", "name": name}


def _organisation(name: str, url: str = "") -> dict[str, str]:
    return present({"@type": "Organization", "name": name, "url": url})
