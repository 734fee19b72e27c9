"""What HTML do we let through: which addresses, and how they become absolute."""

import re
from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

from syndicate.markup.characters import legal

WEB = ("http", "https")
_CANDIDATE = re.compile(r"([^\s,](?:\S*[^\s,])?)(?:\s+([^,]*))?(?:,|$)")


def absolute(url: str, *, base_url: str, schemes: Collection[str] = WEB) -> str | None:
    """`url` seen from `base_url`, or None where it leads nowhere we let a reader go. Never raises."""
    cleaned = re.sub(r"[\t\n\r]", "", legal(url)[0]).strip().replace(" ", "%20")
    if not cleaned:
        return None
    try:
        joined = urljoin(base_url, cleaned)
        parts = urlsplit(joined)
        _ = parts.port  # a port out of range is only noticed when asked for
    except ValueError:
        return None
    if parts.scheme not in schemes or (parts.scheme in WEB and not parts.hostname):
        return None
    return joined


def srcset_urls(srcset: str) -> list[str]:
    """The addresses in an image's `srcset`, in order."""
    return [url for url, _ in _CANDIDATE.findall(srcset)]


def absolute_srcset(srcset: str, *, base_url: str) -> str | None:
    """`srcset` with absolute addresses, or None when any of them can't be let through."""
    candidates = [
        (absolute(url, base_url=base_url), descriptor.strip()) for url, descriptor in _CANDIDATE.findall(srcset)
    ]
    if not candidates or any(url is None for url, _ in candidates):
        return None
    return ", ".join(f"{url} {descriptor}".rstrip() for url, descriptor in candidates)
