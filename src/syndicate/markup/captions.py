"""What HTML do we let through: which line of a body is the caption of which pictures.

A newsroom's page has a block with a picture, perhaps another with a second picture, and then a block whose text is
the caption of one or both. A group is such a run of pictures, with the captions that follow it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from syndicate.markup.characters import seen
from syndicate.markup.tree import Picture, Token, Words

_MOST_LINES = 4  # a caption may be broken into lines: 说明, then 图片来源


@dataclass(frozen=True, slots=True)
class Line:
    """The text between two line ends (or pictures), in the pieces that it is made of."""

    pieces: tuple[Words, ...]

    @property
    def seen(self) -> str:
        """What a reader sees of it, for comparing."""
        return seen("".join(piece.text for piece in self.pieces))


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures that follow each other; the captions found after them; and the line after that, if one follows."""

    pictures: tuple[Picture, ...]
    captions: tuple[Line, ...]
    next_line: Line | None


def lines_and_pictures(tokens: Iterable[Token]) -> list[Line | Picture]:
    """The tokens gathered into lines; blank lines are left out."""
    found: list[Line | Picture] = []
    pieces: list[Words] = []
    for token in [*tokens, None]:
        if isinstance(token, Words):
            pieces.append(token)
            continue
        line = Line(tuple(pieces))
        found += [line] if line.seen else []
        found += [token] if token else []
        pieces = []
    return found


def captions_of(pictures: Iterable[Picture], captions: Mapping[str, str]) -> set[str]:
    """The captions of these, as a reader sees them."""
    return {seen(captions.get(url, "")) for picture in pictures for url in picture.urls} - {""}


def groups(items: Sequence[Line | Picture], captions: Mapping[str, str]) -> list[Group]:
    """Every run of pictures with its captions; `captions` gives each picture's caption by its url."""
    found: list[Group] = []
    at = 0
    while at < len(items):
        run: list[Picture] = []
        while at < len(items) and isinstance(item := items[at], Picture):
            run.append(item)
            at += 1
        if not run:
            at += 1
            continue
        lines = _captions_at(items, at, captions_of(run, captions))
        at += sum(count for _, count in lines)
        following = items[at] if at < len(items) else None
        next_line = following if isinstance(following, Line) else None
        found.append(Group(tuple(run), tuple(line for line, _ in lines), next_line))
    return found


def _captions_at(items: Sequence[Line | Picture], at: int, wanted: set[str]) -> list[tuple[Line, int]]:
    """The captions standing at `at` one after the other, each once, with how many lines each takes."""
    found: list[tuple[Line, int]] = []
    while (caption := _caption_at(items, at, wanted)) is not None:
        found.append(caption)
        wanted = wanted - {caption[0].seen}
        at += caption[1]
    return found


def _caption_at(items: Sequence[Line | Picture], at: int, wanted: set[str]) -> tuple[Line, int] | None:
    pieces: tuple[Words, ...] = ()
    for count, item in enumerate(items[at : at + _MOST_LINES], start=1):
        if not isinstance(item, Line):
            return None
        pieces += item.pieces
        if Line(pieces).seen in wanted:
            return Line(pieces), count
    return None
