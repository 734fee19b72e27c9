"""What HTML do we let through: news text, pictures, film, links, lists and tables; nothing that runs, loads or asks.

Sound is not let through, nor what stands in it: no rule clears it, and what nobody cleared does not leave. Of a film
its addresses are: words within it are for browsers that know no film.
"""

import re
from collections.abc import Iterable
from functools import partial

import nh3

from syndicate.markup.characters import legal
from syndicate.markup.links import WEB, absolute, absolute_srcset
from syndicate.markup.tags import ALLOWED, GONE_WITH_CONTENT
from syndicate.markup.tangle import is_tangled, words_only

_LAZY = ("data-src", "data-original", "data-lazy-src", "data-actualsrc")
_IMAGE_ATTRIBUTES = ("src", "srcset", "alt", "title", "width", "height")
_VIDEO_ATTRIBUTES = ("src", "poster", "width", "height")
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {*_IMAGE_ATTRIBUTES, *_LAZY, "data-srcset"},
    "video": set(_VIDEO_ATTRIBUTES),
    "source": {"src", "type"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    **{tag: {"data-notice"} for tag in ("p", "div", "span")},
}
_GIVEN = r'((?: [a-z-]+="[^"]*")*)'
_IMAGE_OR_VIDEO = re.compile(f"<img{_GIVEN}>|<video{_GIVEN}>(.*?)</video>|<source{_GIVEN}>", re.S)
_SOURCE = re.compile(f"<source{_GIVEN}>")
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_NOTICES = (
    "attribution",
    "picture-credit",
    "picture-placeholder",
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
    return _IMAGE_OR_VIDEO.sub(_image_or_video, html)


def _attribute(base_url: str, _tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return absolute(value, base_url=base_url, schemes=(*WEB, "mailto"))
    if attribute in ("src", "poster") or attribute in _LAZY:
        return absolute(value, base_url=base_url)
    if attribute.endswith("srcset"):
        return absolute_srcset(value, base_url=base_url)
    if attribute == "data-notice" and value not in _NOTICES:
        return None
    return re.sub(r"[\t\n\r]+", " ", legal(value)[0])


def _image_or_video(found: re.Match[str]) -> str:
    """An image or a film as we let it through; a source outside of any film is none."""
    image, video, within, _ = found.groups()
    if image is not None:
        return _image(dict(_ATTRIBUTE.findall(image)))
    return _video(dict(_ATTRIBUTE.findall(video)), within) if video is not None else ""


def _image(given: dict[str, str]) -> str:
    """An image with its real address: pages that load pictures late keep it in another attribute than `src`."""
    late = next((given[name] for name in _LAZY if given.get(name)), "")
    given["src"] = late or given.get("src", "")
    given["srcset"] = given.get("data-srcset") or given.get("srcset", "")
    if not given["src"]:
        return ""
    return f"<img{_written(given, _IMAGE_ATTRIBUTES)}>"


def _video(given: dict[str, str], within: str) -> str:
    """A film that a reader starts, with every address that it has."""
    sources = [dict(_ATTRIBUTE.findall(source)) for source in _SOURCE.findall(within)]
    kept = "".join(f"<source{_written(source, ('src', 'type'))}>" for source in sources if source.get("src"))
    if not (kept or given.get("src")):
        return ""
    return f'<video controls=""{_written(given, _VIDEO_ATTRIBUTES)}>{kept}</video>'


def _written(given: dict[str, str], names: Iterable[str]) -> str:
    return "".join(f' {name}="{given[name]}"' for name in names if given.get(name))
