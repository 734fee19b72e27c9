"""What HTML do we let through: its words, without the markup."""

import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from syndicate.markup.captions import groups, lines_and_pictures
from syndicate.markup.tree import Token, Words, no_prose, parse, tokens

_SPACE = re.compile("[ \t\n\r\f\xa0]+")
_NO_CAPTIONS: Mapping[str, str] = MappingProxyType({})


def text_of(html: str) -> str:
    """The words of `html`: one line for each block, no blank lines, white space run together, widths kept."""
    return _written(tokens(parse(html)))


def body_text(html: str, *, captions: Mapping[str, str] = _NO_CAPTIONS) -> str:
    """The words of `html` that nobody may touch: without our notices, without figure captions, and without the lines
    under pictures that are their captions (`captions`: caption by picture url). Placing leaves it as it was.
    """
    found = list(tokens(parse(html), without=no_prose))
    under_pictures = {
        piece
        for group in groups(lines_and_pictures(found), captions)
        for line in group.captions
        for piece in line.pieces
    }
    return _written(found, leaving_out=under_pictures)


def _written(found: Iterable[Token], *, leaving_out: Collection[Words] = frozenset()) -> str:
    pieces = [
        "\n" if token is None else _SPACE.sub(" ", token.text)
        for token in found
        if token is None or (isinstance(token, Words) and token not in leaving_out)
    ]
    lines = (_SPACE.sub(" ", line).strip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)
