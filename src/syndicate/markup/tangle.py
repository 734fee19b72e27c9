"""What HTML do we let through: not what costs a parser minutes or gigabytes; of that, the words only.

HTML5 parsing has inputs whose cost grows with the square of their size (deep nesting, formatting that is never
closed, thousands of attributes, text made of references). No page of news looks like that. We measure before parsing.
"""

import html as entities
import re
from collections import Counter

from syndicate.markup.characters import escaped, legal
from syndicate.markup.tags import INLINE, VOID

_UNREAD = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|textarea|title|iframe)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)")
_ANY_TAG = re.compile(r"</?([a-zA-Z][^\s/>]*)[^>]*>?|<[!?][^>]*>?")
# An open one of these doesn't mean another level.
_CLOSED_BY_THE_NEXT = ("p", "li", "dt", "dd", "thead", "tbody", "tfoot", "tr", "th", "td")
_SHALLOW = frozenset((*VOID, *_CLOSED_BY_THE_NEXT, "col", "wbr", "input", "source", "embed", "meta", "link"))
_WITHIN_A_LINE = frozenset((*INLINE, "font", "small", "big", "code", "img"))
_DEEPEST = 200
_MOST_OPEN = 2_000_000
_MOST_ATTRIBUTES = 2_000
_MOST_REFERENCES = 200_000


def is_tangled(html: str) -> bool:
    """Whether a parser would choke on `html`; a guess from its tags in one pass, without building a tree."""
    if html.count("&") > _MOST_REFERENCES:
        return True
    opened: Counter[str] = Counter()
    depth = work = 0
    for closing, name, rest in _TAG.findall(_UNREAD.sub("", html)):
        if (
            not closing
            and rest.count("=") + rest.count(" ") > _MOST_ATTRIBUTES
            and len(rest.split()) > _MOST_ATTRIBUTES
        ):
            return True
        depth += _step(opened, closing=bool(closing), name=name.lower())
        work += depth
        if depth > _DEEPEST or work > _MOST_OPEN:
            return True
    return False


def _step(opened: Counter[str], *, closing: bool, name: str) -> int:
    if name in _SHALLOW or (closing and not opened[name]):
        return 0
    step = -1 if closing else 1
    opened[name] += step
    return step


def words_only(html: str) -> str:
    """The words of `html`, a paragraph for each line; no tag survives, hence nothing that could do harm."""
    bare = _ANY_TAG.sub(_line_end, _UNREAD.sub("", html))
    words = legal(entities.unescape(bare))[0]
    lines = [" ".join(line.split()) for line in words.splitlines()]
    return "".join(f"<p>{escaped(line).replace('&quot;', chr(34))}</p>" for line in lines if line)


def _line_end(found: re.Match[str]) -> str:
    return "" if (found[1] or "").lower() in _WITHIN_A_LINE else "\n"
