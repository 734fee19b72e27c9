"""How does an article look in ninjs 3.1, IPTC's news in JSON? And how is it taken back?"""

from typing import Any

from syndicate.formats._json import encoded, present
from syndicate.formats._story import creators, is_reprint, licence, source_type, usage
from syndicate.model.article import Article, Picture
from syndicate.model.publisher import Publisher
from syndicate.model.story import Rendition, Retraction, Story

MEDIA_TYPE = "application/json"  # IPTC has registered no type for ninjs; the document's `standard` says what it is
_STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
}


def render(story: Story, *, publisher: Publisher) -> Rendition:
    """The article as a ninjs object. Partners keep the highest `version`: it is our revision number."""
    document = (
        _identity(story.uri, story.revision, story.article.id, story.article.language)
        | _dates_and_status(story)
        | _words(story.article)
        | _people(story.article, publisher)
        | _rights(story, publisher)
        | _surroundings(story)
        | {"edNote": story.terms.correction}  # so that a desk sees what is new without comparing the two texts
    )
    return Rendition(media_type=MEDIA_TYPE, body=encoded(present(document)))


def retract(retraction: Retraction, *, publisher: Publisher) -> Rendition:
    """Word that the article is withdrawn: `pubStatus` canceled, under the same `uri` with a higher `version`."""
    document = _identity(retraction.uri, retraction.revision, retraction.article_id, retraction.language) | {
        "versionCreated": retraction.withdrawn.isoformat(),
        "pubStatus": "canceled",
        "headlines": [{"role": "main", "value": retraction.headline}],
        "edNote": retraction.reason,
        "usageTerms": retraction.notice,  # edNote is for the desk alone; this says what may be done: nothing any more
        "infoSources": [_distributor(publisher)],
        "renditions": [_web_page(retraction.url)],
    }
    return Rendition(media_type=MEDIA_TYPE, body=encoded(present(document)))


def _identity(uri: str, revision: int, article_id: str, language: str) -> dict[str, Any]:
    return {
        "standard": _STANDARD,
        "uri": uri,
        "type": "text",
        "version": str(revision),
        "language": language,
        "altIds": [{"role": "cms", "value": article_id}],
    }


def _dates_and_status(story: Story) -> dict[str, Any]:
    embargo = story.article.embargo_until
    return {
        "representationType": "full" if story.article.body_html else "partial",
        "firstCreated": story.published.isoformat(),
        "versionCreated": story.modified.isoformat(),
        "embargoedUntil": embargo.isoformat() if embargo else None,
        "pubStatus": "usable",
    }


def _words(article: Article) -> dict[str, Any]:
    return {
        "headlines": _texts(("main", article.headline), ("original", article.origin.original_title)),
        "descriptions": _texts(("summary", article.summary)),
        "bodies": [body | {"contentType": "text/html"} for body in _texts(("main", article.body_html))],
    }


def _texts(*texts: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "value": value} for role, value in texts if value]


def _people(article: Article, publisher: Publisher) -> dict[str, Any]:
    return {"by": _byline(article), "infoSources": [_originator(article, publisher), _distributor(publisher)]}


def _byline(article: Article) -> str:
    if is_reprint(article) or not article.language.lower().startswith("zh"):
        return ", ".join(creators(article))
    named = (("记者", article.reporters), ("通讯员", article.correspondents))
    return " ".join(f"{role}:{'、'.join(names)}" for role, names in named if names)


def _originator(article: Article, publisher: Publisher) -> dict[str, Any]:
    if not is_reprint(article):
        return {"name": publisher.organisation, "role": "originator"}
    return present({"name": article.origin.source, "role": "originator", "uri": article.origin.original_url})


def _distributor(publisher: Publisher) -> dict[str, Any]:
    return {"name": publisher.name, "role": "distributor", "uri": publisher.home_url}


def _rights(story: Story, publisher: Publisher) -> dict[str, Any]:
    source = source_type(story.article)
    return _notices(story) | {
        "copyrightHolder": story.article.origin.source if is_reprint(story.article) else publisher.organisation,
        "digitalSourceType": {"uri": source} if source else None,
    }


def _notices(story: Story) -> dict[str, Any]:
    href = licence(story)
    return {
        "copyrightNotice": story.terms.copyright,
        "usageTerms": usage(story.terms),
        "rightsInfo": {"linkedRights": href} if href else None,
    }


def _surroundings(story: Story) -> dict[str, Any]:
    article = story.article
    return {
        "subjects": [{"name": name, "rel": "section"} for name in article.section]
        + [{"name": name, "rel": "keyword"} for name in article.keywords],
        "renditions": [_web_page(article.url)],
        "associations": [_association(picture, story) for picture in article.pictures],
    }


def _web_page(url: str) -> dict[str, str]:
    # ninjs 3.1 has no link to the original; the article's page is a rendition of it.
    return {"name": "web", "href": url, "contentType": "text/html"}


def _association(picture: Picture, story: Story) -> dict[str, Any]:
    return present(
        {
            "name": picture.caption or picture.url.rsplit("/", 1)[-1] or "picture",
            "rel": "picture",
            "uri": picture.url,
            "type": "picture",
            "by": story.terms.credits.get(picture.url),
            "descriptions": _texts(("caption", picture.caption)),
            "renditions": [_file(picture)],
        }
        | _notices(story)
        | _own_licence(picture)
    )


def _own_licence(picture: Picture) -> dict[str, Any]:
    """A picture's own terms take the place of the text's; where only words are given, no link contradicts them."""
    if not (picture.licence or picture.licence_url):
        return {}
    href = picture.licence_url
    return {"usageTerms": picture.licence or None, "rightsInfo": {"linkedRights": href} if href else None}


def _file(picture: Picture) -> dict[str, Any]:
    return present(
        {
            "name": "original",
            "href": picture.url,
            "contentType": picture.media_type,
            "width": picture.width,
            "height": picture.height,
            "sizeInBytes": picture.size_bytes,
        }
    )
