"""What HTML do we let through: news text, pictures, links, lists and tables; nothing that runs, loads or asks.

Sound and film are not let through, with what stands in them: no rule clears them, and what nobody cleared
does not leave.
"""

import re
from functools import partial

import nh3

from syndicate.markup.characters import legal
from syndicate.markup.links import WEB, absolute, absolute_srcset
from syndicate.markup.tags import ALLOWED, GONE_WITH_CONTENT
from syndicate.markup.tangle import is_tangled, words_only

_LAZY = ("data-src", "data-original", "data-lazy-src", "data-actualsrc")
_IMAGE_ATTRIBUTES = ("src", "srcset", "alt", "title", "width", "height")
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {*_IMAGE_ATTRIBUTES, *_LAZY, "data-srcset"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    **{tag: {"data-notice"} for tag in ("p", "div", "span")},
}
_IMAGE = re.compile(r'<img((?: [a-z-]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_NOTICES = (
    "attribution",
    "picture-credit",
    "correction",
    "ai-label",
    "copyright",
    "licence",
    "licence-text",
    "disclaimer",
    "canonical-link",
)
_MOST_PASSES = 8


def sanitise(html: str, *, base_url: str) -> str:
    """`html` with only what a news body needs; every address absolute. Never raises, and twice is the same as once.

    `base_url` is where the body was published, for its relative addresses; with "" they are dropped. Cleaning is
    repeated until nothing changes: taking out a tag can make the rest read differently the next time. What never
    settles, or no page could look like, keeps its words only.
    """
    html = legal(html)[0]
    for _ in range(_MOST_PASSES):
        if is_tangled(html):
            break
        cleaned = _cleaned(html, base_url=base_url)
        if cleaned == html:
            return cleaned
        html = cleaned
    return words_only(html)


def _cleaned(html: str, *, base_url: str) -> str:
    html = nh3.clean(
        html,
        tags=set(ALLOWED),
        clean_content_tags=set(GONE_WITH_CONTENT),
        attributes=_ATTRIBUTES,
        attribute_filter=partial(_attribute, base_url),
        url_schemes={*WEB, "mailto"},
        link_rel="noopener",
    )
    # References such as &#11; or &#13; have just become characters: drop what XML forbids, and have one line end.
    html = legal(html)[0].replace("\r\n", "\n").replace("\r", "\n")
    return _IMAGE.sub(_image, html)


def _attribute(base_url: str, _tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return absolute(value, base_url=base_url, schemes=(*WEB, "mailto"))
    if attribute == "src" or attribute in _LAZY:
        return absolute(value, base_url=base_url)
    if attribute.endswith("srcset"):
        return absolute_srcset(value, base_url=base_url)
    if attribute == "data-notice" and value not in _NOTICES:
        return None
    return re.sub(r"[\t\n\r]+", " ", legal(value)[0])


def _image(found: re.Match[str]) -> str:
    """An image with its real address: pages that load pictures late keep it in another attribute than `src`."""
    given = dict(_ATTRIBUTE.findall(found[1]))
    late = next((given[name] for name in _LAZY if given.get(name)), "")
    given["src"] = late or given.get("src", "")
    given["srcset"] = given.get("data-srcset") or given.get("srcset", "")
    if not given["src"]:
        return ""
    kept = [(name, given[name]) for name in _IMAGE_ATTRIBUTES if given.get(name)]
    return "<img" + "".join(f' {name}="{value}"' for name, value in kept) + ">"
