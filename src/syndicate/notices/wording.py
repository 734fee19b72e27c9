"""What must it say: the words themselves in one language, checked before they are used."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError, field_validator

from syndicate.model.article import Language
from syndicate.model.problem import Invalid, Problem, problems_of
from syndicate.model.record import Record

Files = Mapping[str, Mapping[str, object]]
"""A folder of words: each file's stem, and what its TOML says."""


def _saying(*required: str, optional: tuple[str, ...] = ()) -> AfterValidator:
    """A template that must name `required` and may name `optional`, as plain `{names}`."""
    return AfterValidator(_template_check(set(required), set(optional)))


def _template_check(required: set[str], optional: set[str]) -> Callable[[str], str]:
    def check(template: str) -> str:
        named = _names_in(_printable(template))
        known = required | optional
        if unknown := sorted(named - known):
            raise ValueError(f"knows no {_braced(unknown)}; there is {_braced(sorted(known)) or 'no placeholder here'}")
        if missing := sorted(required - named):
            raise ValueError(f"must name {_braced(missing)}")
        return template

    return check


def _printable(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; write what the reader shall see")
    if any(ord(character) < 32 for character in text):
        raise ValueError("must be a single line without control characters")
    return text


def _names_in(template: str) -> set[str]:
    """The placeholders of a template (string.Formatter); anything but a plain name is a mistake."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise ValueError(f"has a brace too many or too few ({error}); write {{{{ and }}}} for braces") from None
    names = {name for _, name, _, _ in parts if name is not None}
    plain = all(not form and not conversion for _, _, form, conversion in parts)
    if not plain or not all(name.isidentifier() for name in names):
        raise ValueError("has a placeholder that is not a plain name such as {publisher}")
    return names


def _braced(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _separator(text: str) -> str:
    if not text or any(ord(character) < 32 for character in text):
        raise ValueError("must be at least one character, such as a space or 、")
    return text


class Attribution(Record):
    """The line at the head of the text; one case for each way an article can be signed."""

    separator: Annotated[str, AfterValidator(_separator)] = Field(default=" ", description="between two names")
    reporters: Annotated[str, _saying("publisher", "reporters")]
    no_reporter: Annotated[str, _saying("publisher")]
    correspondents: Annotated[str, _saying("publisher", "correspondents")]
    reporters_and_correspondents: Annotated[str, _saying("publisher", "reporters", "correspondents")]
    reprint: Annotated[str, _saying("source", optional=("publisher",))]
    mixed: Annotated[str, _saying("publisher", "source", "reporters")]
    mixed_no_reporter: Annotated[str, _saying("publisher", "source")]
    mixed_correspondents: Annotated[str, _saying("publisher", "source", "correspondents")]
    mixed_reporters_and_correspondents: Annotated[str, _saying("publisher", "source", "reporters", "correspondents")]


class PictureCredit(Record):
    """The words under a picture that brought no credit line of its own."""

    reporter: Annotated[str, _saying("taken_by", optional=("publisher",))]
    correspondent: Annotated[str, _saying("taken_by", optional=("publisher",))]
    unknown: Annotated[str, _saying("publisher")]
    other_owner: Annotated[str, _saying("owner")]


class PicturePlaceholder(Record):
    """The words in the place of a picture, or a film, that may not go along. They say nothing of it."""

    picture: Annotated[str, _saying()]
    video: Annotated[str, _saying()]


class Licence(Record):
    """Who holds the copyright, and what may be done with the text."""

    copyright: Annotated[str, _saying("organisation", optional=("publisher",))]
    partner: Annotated[str, _saying("agreement", optional=("publisher", "organisation", "editing", "sublicensing"))]
    may_edit: Annotated[str, _saying()]
    may_not_edit: Annotated[str, _saying()]
    may_sublicense: Annotated[str, _saying()]
    may_not_sublicense: Annotated[str, _saying()]
    public: Annotated[str, _saying(optional=("publisher", "organisation"))]
    reprint_copyright: Annotated[str, _saying("source", optional=("publisher", "organisation"))]
    reprint: Annotated[str, _saying(optional=("source", "publisher", "organisation"))]
    mixed_copyright: Annotated[str, _saying("source", "organisation", optional=("publisher",))]
    mixed: Annotated[str, _saying(optional=("source", "publisher", "organisation"))]


class CanonicalLink(Record):
    """The way back to the original."""

    text: Annotated[str, _saying("url", optional=("publisher",))]


class AiLabel(Record):
    """The label of GB 45438-2025."""

    assisted: Annotated[str, _saying()]
    generated: Annotated[str, _saying()]


class Correction(Record):
    """What was wrong and is right now, in the newsroom's words."""

    text: Annotated[str, _saying("date", "note", optional=("publisher",))]


class Withdrawal(Record):
    """What a partner is told when it must take an article down; one case for each reason."""

    by_newsroom: Annotated[str, _saying("publisher", "date")]
    no_longer_cleared: Annotated[str, _saying("publisher", optional=("date",))]


class Disclaimer(Record):
    """What carrying others' words means, and what it doesn't."""

    text: Annotated[str, _saying("publisher")]


class DateForm(Record):
    """How a day is written; without names, a month is its number."""

    form: Annotated[str, _saying("year", "month", "day")]
    months: tuple[Annotated[str, AfterValidator(_printable)], ...] = Field(default=(), description="twelve names")

    @field_validator("months")
    @classmethod
    def _a_whole_year(cls, months: tuple[str, ...]) -> tuple[str, ...]:
        if len(months) not in (0, 12):
            raise ValueError(f"must be the names of the twelve months, from January on, not {len(months)}")
        return months

    def written(self, day: date) -> str:
        """A day in these words."""
        month = self.months[day.month - 1] if self.months else str(day.month)
        return self.form.format(year=day.year, month=month, day=day.day)


class Wording(Record):
    """All statements in one language, or in a variant of it; a field for each file."""

    language: Language
    variant: str = ""
    attribution: Attribution
    picture_credit: PictureCredit
    picture_placeholder: PicturePlaceholder
    licence: Licence
    canonical_link: CanonicalLink
    ai_label: AiLabel
    correction: Correction
    withdrawal: Withdrawal
    disclaimer: Disclaimer
    date: DateForm


_FILES = (
    "attribution",
    "picture-credit",
    "picture-placeholder",
    "licence",
    "canonical-link",
    "ai-label",
    "correction",
    "withdrawal",
    "disclaimer",
    "date",
)


def read_wording(files: Files, *, language: str, variant: str = "") -> Wording:
    """The wording in `files`. Raises Invalid with every mistake in every file."""
    try:
        wording = Wording.model_validate(
            {"language": language, "variant": variant}
            | {stem.replace("-", "_"): files[stem] for stem in _FILES if stem in files}
        )
    except ValidationError as error:
        raise Invalid([*_unknown(files), *map(_in_file, problems_of(error))]) from None
    if unknown := _unknown(files):
        raise Invalid(unknown)
    return wording


def words_of(wording: Wording) -> Iterator[tuple[str, str, str]]:
    """Every statement with its case and its words, in the order of the files: `licence`, `partner`, `本文由…`."""
    for stem in _FILES:
        for case, words in getattr(wording, stem.replace("-", "_")):
            if words:
                yield stem, case, words if isinstance(words, str) else " ".join(words)


def _unknown(files: Files) -> list[Problem]:
    known = ", ".join(f"{stem}.toml" for stem in _FILES)
    return [
        Problem(field=f"{stem}.toml", message=f"is not a notice; the files are {known}")
        for stem in sorted(set(files) - set(_FILES))
    ]


def _in_file(problem: Problem) -> Problem:
    """A pydantic path such as `ai_label.assisted` as `ai-label.toml: assisted`."""
    first, _, case = problem.field.partition(".")
    stem = first.replace("_", "-")
    if stem not in _FILES:
        return problem
    return Problem(field=f"{stem}.toml: {case}" if case else f"{stem}.toml", message=problem.message)
