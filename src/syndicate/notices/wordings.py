"""What must it say: the words of every language, and of every variant that an agreement may ask for."""

from collections.abc import Iterator, Mapping

from pydantic import TypeAdapter, ValidationError

from syndicate.model.article import Language
from syndicate.model.problem import Invalid, Problem, invalid
from syndicate.model.record import Record, Slug, canonical_json, digest_of
from syndicate.notices.wording import Files, Wording, read_wording

Place = tuple[str, str]  # a language, and a variant of its words, which is empty for the words themselves
_LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)
_VARIANT: TypeAdapter[str] = TypeAdapter(Slug)


class Wordings(Record):
    """Every language's words. `home` is the publisher's own language, which stands in where there are no words."""

    home: Language
    all: tuple[Wording, ...]

    def of(self, language: str, variant: str | None = None) -> Wording:
        """The words for an article in `language`: en-GB is told in en-GB, else in en, else in the publisher's language.

        That is the lookup of RFC 4647, section 3.4. A language without the `variant` is told in its own words.
        """
        known = {one.language.lower(): one.language for one in self.all}
        found = next((known[tag] for tag in _shorter_and_shorter(language) if tag in known), self.home)
        said = {one.variant: one for one in self.all if one.language == found}
        return said.get(variant or "", said[""])

    @property
    def digest(self) -> str:
        """Which words these are: 12 hex digits that change whenever any word does."""
        return digest_of(canonical_json(self.model_dump(mode="json")))[:12]


def read_wordings(folders: Mapping[Place, Files], *, home: str) -> Wordings:
    """The words in `folders`; a variant's files give only what they change.

    Raises Invalid with every mistake in every folder, fields as `en/national/licence.toml: partner`. The publisher's
    language must be there, and every language that is there must be whole.
    """
    problems: list[Problem] = []
    found: list[Wording] = []
    for language, variant in sorted({(home, ""), *((language, "") for language, _ in folders), *folders}):
        own, base = folders.get((language, variant), {}), folders.get((language, ""), {})
        try:
            if variant:
                _require(_VARIANT, variant, "a variant, such as national")
                found.append(read_wording(_over(base, own), language=language, variant=variant))
            else:
                _require(_LANGUAGE, language, "a language, such as en or zh-CN")
                found.append(read_wording(own, language=language))
        except Invalid as error:
            place = "/".join(filter(None, (language, variant)))
            mistakes = [one for one in error.problems if not variant or _is_its_own(one, own)]
            problems += [_in_folder(place, problem) for problem in mistakes]
    if problems:
        raise Invalid(problems)
    return Wordings(home=home, all=tuple(found))


def _require(form: TypeAdapter[str], name: str, kind: str) -> None:
    try:
        form.validate_python(name)
    except ValidationError:
        raise invalid("", f"is not the name of {kind}") from None


def _over(base: Files, own: Files) -> Files:
    """The language's words with the variant's own laid over them, key by key."""
    return {stem: {**base.get(stem, {}), **own.get(stem, {})} for stem in {**base, **own}}


def _is_its_own(problem: Problem, own: Files) -> bool:
    """Whether it is a mistake of the variant, and not one of its language, which is told there."""
    file, _, key = problem.field.partition(".toml")
    case = key.removeprefix(": ").partition(".")[0]
    return not file or (file in own and (not case or case in own[file]))


def _in_folder(place: str, problem: Problem) -> Problem:
    return problem.model_copy(update={"field": f"{place}/{problem.field}".rstrip("/")})


def _shorter_and_shorter(language: str) -> Iterator[str]:
    parts = language.lower().split("-")
    while parts:
        yield "-".join(parts)
        parts.pop()
        if parts and len(parts[-1]) == 1:  # a subtag of one character only introduces the next
            parts.pop()
