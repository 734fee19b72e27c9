"""What JSON Feed 1.1 (jsonfeed.org/version/1.1) asks of a document, as a JSON Schema of our own making.

Stricter than the standard, in that it takes no name that the standard lacks and that isn't an extension's, and wants
every address absolute, every moment complete and every colour of text in exactly one of the two contents.
"""

from typing import Any

from jsonschema import Draft202012Validator

_TEXT = {"type": "string", "minLength": 1}
_ADDRESS = {"type": "string", "pattern": r"^https?://[!-~]+$"}
_MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
_LANGUAGE = {"type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"}
_EXTENSION = {"^_[a-zA-Z][^.]*$": {"type": "object"}}


def _fields(required: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": fields,
        "patternProperties": _EXTENSION,
        "additionalProperties": False,
    }


def _many(one: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": one, **more}


_AUTHOR = _fields(name=_TEXT, url=_ADDRESS, avatar=_ADDRESS) | {"minProperties": 1}
_ATTACHMENT = _fields(
    ("url", "mime_type"),
    url=_ADDRESS,
    mime_type={"type": "string", "pattern": "^[a-z]+/[a-z0-9.+-]+$"},
    title=_TEXT,
    size_in_bytes={"type": "integer", "minimum": 0},
    duration_in_seconds={"type": "number", "minimum": 0},
)
_ITEM = _fields(
    ("id",),
    id=_TEXT,
    url=_ADDRESS,
    external_url=_ADDRESS,
    title=_TEXT,
    content_html=_TEXT,
    content_text=_TEXT,
    summary=_TEXT,
    image=_ADDRESS,
    banner_image=_ADDRESS,
    date_published=_MOMENT,
    date_modified=_MOMENT,
    authors=_many(_AUTHOR, minItems=1),
    tags=_many(_TEXT, uniqueItems=True),
    language=_LANGUAGE,
    attachments=_many(_ATTACHMENT, minItems=1),
) | {"oneOf": [{"required": ["content_html"]}, {"required": ["content_text"]}]}
JSON_FEED = Draft202012Validator(
    _fields(
        ("version", "title", "items"),
        version={"const": "https://jsonfeed.org/version/1.1"},
        title=_TEXT,
        home_page_url=_ADDRESS,
        feed_url=_ADDRESS,
        next_url=_ADDRESS,
        description=_TEXT,
        user_comment=_TEXT,
        icon=_ADDRESS,
        favicon=_ADDRESS,
        authors=_many(_AUTHOR, minItems=1),
        author=_AUTHOR,
        language=_LANGUAGE,
        expired={"type": "boolean"},
        hubs=_many(_fields(("type", "url"), type=_TEXT, url=_ADDRESS), minItems=1),
        items=_many(_ITEM),
    )
)


def see_json_feed(document: dict[str, Any]) -> None:
    """AssertionError unless it holds: the schema, `version` first, no id twice, and no way back to itself."""
    JSON_FEED.validate(document)
    ids = [item["id"] for item in document["items"]]
    assert next(iter(document)) == "version"
    assert len(ids) == len(set(ids)), "an id stands twice"
    assert document.get("next_url") != document.get("feed_url"), "it goes on with itself"
