"""How does a feed look in JSON? By JSON Feed 1.1, with what it has no word for under `_syndicate`."""

from typing import Any

from syndicate.formats._json import encoded, indent, present
from syndicate.formats._story import carries_others, creators, full_text, picture_credits, source_type, usage
from syndicate.model.article import Picture
from syndicate.model.story import Feed, PictureRights, Story

MEDIA_TYPE = "application/feed+json"


JOINT = b",\n"
_INDENT = b"    "


def opening(feed: Feed) -> bytes:
    """The feed's own fields. `author` repeats `authors` for readers of version 1.0.

    What was taken back stands under `_syndicate.deleted`, by id: the standard has no word for it.
    """
    publisher = feed.publisher
    author = {"name": publisher.name, "url": publisher.home_url}
    deleted = [{"id": tombstone.uri, "when": tombstone.when.isoformat()} for tombstone in feed.tombstones]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.definition.title,
        "home_page_url": publisher.home_url,
        "feed_url": feed.address("json"),
        "next_url": feed.archive_url("json", feed.previous) if feed.previous else None,
        "description": feed.definition.description,
        "language": publisher.language,
        "authors": [author],
        "author": author,
        "icon": publisher.icon_url,
        "favicon": publisher.favicon_url,
        "hubs": [{"type": "WebSub", "url": hub} for hub in feed.hubs],
        "_syndicate": present(
            {"about": feed.addresses.page, "archive": bool(feed.archive) or None, "deleted": deleted}
        ),
    }
    return encoded(present(document)).removesuffix(b"\n}\n") + b',\n  "items": [\n'


def entry(story: Story, feed: Feed) -> bytes:
    """One item, as far in as it stands in the document. No line begins inside a string: JSON escapes them there."""
    return indent(encoded(_item(story, feed)).rstrip(b"\n"), _INDENT)


def closing(_: Feed) -> bytes:
    """The end of the document."""
    return b"\n  ]\n}\n"


def _item(story: Story, feed: Feed) -> dict[str, Any]:
    article = story.article
    body = full_text(story, feed)
    return present(
        {
            "id": story.uri,
            "url": article.url,
            "external_url": article.origin.original_url if carries_others(article) else None,
            "title": article.headline,
            "content_html": body,
            "content_text": None if body else article.summary or article.headline,
            "summary": article.summary,
            "image": next((picture.url for picture in article.pictures if not picture.is_video), None),
            "date_published": story.published.isoformat(),
            "date_modified": story.modified.isoformat(),
            "authors": [{"name": name} for name in creators(article)],
            "tags": list(dict.fromkeys(article.section + article.keywords)),
            "language": article.language,
            "attachments": [_attachment(picture) for picture in article.pictures],
            "_syndicate": _rights(story),
        }
    )


def _attachment(picture: Picture) -> dict[str, Any]:
    return present(
        {
            "url": picture.url,
            "mime_type": picture.media_type,
            "title": picture.caption,
            "size_in_bytes": picture.size_bytes,
        }
    )


def _rights(story: Story) -> dict[str, Any]:
    terms = story.terms
    return present(
        {
            "copyright": terms.copyright,
            "usage": usage(terms),
            "correction": terms.correction,
            "disclaimer": terms.disclaimer,
            "licence": terms.licence_url,
            "licence_id": terms.licence.id if terms.licence else None,
            "licence_version": terms.licence.version if terms.licence else None,
            "licence_sha256": terms.licence.digest if terms.licence else None,
            "holder": terms.holder,
            "ours": terms.ours,
            "policy": terms.policy_url,
            "tdm_reservation": int(terms.reserves_mining),
            "expires": terms.expires.isoformat() if terms.expires else None,
            "territory": list(terms.territory),
            "credits": picture_credits(story),
            "pictures": {
                picture.url: _picture_rights(terms.picture(picture.url)) for picture in story.article.pictures
            },
            "source": story.article.origin.source if carries_others(story.article) else None,
            "digital_source_type": source_type(story.article),
        }
    )


def _picture_rights(rights: PictureRights) -> dict[str, Any]:
    return present(
        {
            "copyright": rights.copyright,
            "usage": rights.usage,
            "licence": rights.licence_url,
            "holder": rights.holder,
            "creator": rights.creator,
            "ours": rights.ours,
            "expires": rights.expires.isoformat() if rights.expires else None,
        }
    )
