"""How does an article look in ninjs 3.1, IPTC's news in JSON? And how is it taken back?"""

from typing import Any

from syndicate.formats._json import encoded, present
from syndicate.formats._story import creators, is_reprint, source_type, usage
from syndicate.model.article import Article, Picture
from syndicate.model.licence import LicenceReference
from syndicate.model.publisher import Publisher
from syndicate.model.story import Rendition, Retraction, Story, Terms

MEDIA_TYPE = "application/json"  # IPTC has registered no type for ninjs; the document's `standard` says what it is
_STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
}

_ODRL = "http://www.w3.org/ns/odrl/2/"
_LICENCE_ROLE = "http://www.w3.org/1999/xhtml/vocab#license"  # what rel=license means, as a URI


def render(story: Story, *, publisher: Publisher) -> Rendition:
    """The article as a ninjs object. Partners keep the highest `version`: it is our revision number."""
    document = (
        _identity(story.uri, story.revision, story.article.id, story.article.language)
        | _dates_and_status(story)
        | _words(story.article)
        | _people(story.article, publisher)
        | _rights(story)
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
    return {"by": _byline(article), "infoSources": [*_originators(article, publisher), _distributor(publisher)]}


def _byline(article: Article) -> str:
    if is_reprint(article) or not article.language.lower().startswith("zh"):
        return ", ".join(creators(article))
    named = (("记者", article.reporters), ("通讯员", article.correspondents))
    return " ".join(f"{role}:{'、'.join(names)}" for role, names in named if names)


def _originators(article: Article, publisher: Publisher) -> list[dict[str, Any]]:
    """Whose words they are: ours, or those of a reprint's source, or ours with words of a contributor's in them."""
    ours = {"name": publisher.organisation, "role": "originator"}
    if not article.origin.carries_others:
        return [ours]
    role = "originator" if is_reprint(article) else "contributor"
    theirs = present({"name": article.origin.source, "role": role, "uri": article.origin.original_url})
    return [theirs] if is_reprint(article) else [ours, theirs]


def _distributor(publisher: Publisher) -> dict[str, Any]:
    return {"name": publisher.name, "role": "distributor", "uri": publisher.home_url}


def _rights(story: Story) -> dict[str, Any]:
    terms, source = story.terms, source_type(story.article)
    return {
        "copyrightHolder": terms.holder,
        "copyrightNotice": terms.copyright,
        "usageTerms": usage(terms),
        "rightsInfo": _rights_info(terms),
        "trustIndicators": _licence_page(terms),
        "expires": terms.expires.isoformat() if terms.expires else None,
        "digitalSourceType": {"uri": source} if source else None,
    }


def _rights_info(terms: Terms) -> dict[str, str]:
    """One link is all it takes: for machines, the policy, where there is one; else the licence for people."""
    if terms.policy_url:
        return {"langId": _ODRL, "linkedRights": terms.policy_url}
    return _linked(terms.licence_url)


def _licence_page(terms: Terms) -> list[dict[str, str]]:
    """The licence for people beside the policy. ninjs has no link with a role but this one."""
    if not (terms.policy_url and terms.licence_url):
        return []
    return [present({"role": _LICENCE_ROLE, "title": _name_of(terms.licence), "href": terms.licence_url})]


def _name_of(licence: LicenceReference | None) -> str | None:
    return f"{licence.id} {licence.version}" if licence else None


def _linked(href: str) -> dict[str, str]:
    return {"linkedRights": href} if href else {}


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
    kind = "video" if picture.is_video else "picture"
    rights = story.terms.picture(picture.url)
    return present(
        {
            "name": picture.caption or picture.url.rsplit("/", 1)[-1] or kind,
            "rel": kind,
            "uri": picture.url,
            "type": kind,
            "by": story.terms.credits.get(picture.url),
            "descriptions": _texts(("caption", picture.caption)),
            "renditions": [_file(picture)],
            "copyrightHolder": rights.holder,
            "copyrightNotice": rights.copyright,
            "usageTerms": rights.usage,
            "rightsInfo": _linked(rights.licence_url),
            "expires": rights.expires.isoformat() if rights.expires else None,
        }
    )


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
