"""Who may ask, by HTTP? A person with a browser, who is to see a feed and not its source."""

from fastapi import Request

from syndicate.formats import atom, rss
from syndicate.formats.stylesheet import BROWSER_TYPE

BROWSED = "Sec-Fetch-Dest"  # what every browser says of a page that a person opens (W3C Fetch Metadata), and no reader
_FEEDS = {atom.MEDIA_TYPE, rss.MEDIA_TYPE}


def shown_as(request: Request, media_type: str) -> str:
    """The media type for whoever asks: a browser lays out only what is called XML, and shows the rest as text."""
    opened = request.headers.get(BROWSED, "") == "document"
    return BROWSER_TYPE if opened and media_type.partition(";")[0] in _FEEDS else media_type
