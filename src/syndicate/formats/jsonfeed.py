"""How does a feed look in JSON? By JSON Feed 1.1, with what it has no word for under `_syndicate`."""

from typing import Any

from syndicate.formats._json import encoded, present
from syndicate.formats._story import creators, full_text, is_reprint, licence, picture_credits, source_type, usage
from syndicate.model.article import Picture
from syndicate.model.story import Feed, Rendition, Story

MEDIA_TYPE = "application/feed+json"


def render(feed: Feed) -> Rendition:
    """The feed as JSON Feed 1.1, newest first. `author` repeats `authors` for readers of version 1.0."""
    publisher = feed.publisher
    author = {"name": publisher.name, "url": publisher.home_url}
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.definition.title,
        "home_page_url": publisher.home_url,
        "feed_url": feed.url("json"),
        "description": feed.definition.description,
        "language": publisher.language,
        "authors": [author],
        "author": author,
        "_syndicate": {"about": publisher.licence_url},
    }
    items = [_item(story, feed) for story in feed.stories]
    return Rendition(media_type=MEDIA_TYPE, body=encoded(present(document) | {"items": items}))


def _item(story: Story, feed: Feed) -> dict[str, Any]:
    article = story.article
    body = full_text(story, feed)
    return present(
        {
            "id": story.uri,
            "url": article.url,
            "external_url": article.origin.original_url if is_reprint(article) else None,
            "title": article.headline,
            "content_html": body,
            "content_text": None if body else article.summary or article.headline,
            "summary": article.summary,
            "image": article.pictures[0].url if article.pictures else None,
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
    return present(
        {
            "copyright": story.terms.copyright,
            "usage": usage(story.terms),
            "correction": story.terms.correction,
            "disclaimer": story.terms.disclaimer,
            "licence": licence(story),
            "credits": picture_credits(story),
            "source": story.article.origin.source if is_reprint(story.article) else None,
            "digital_source_type": source_type(story.article),
        }
    )
