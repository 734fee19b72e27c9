"""What everybody may do with our work, in words for people and in words for machines; and where that is to be read."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from syndicate.model.article import Language
from syndicate.model.record import Name, Record, Slug, canonical_json, digest_of

Usage = Literal["all", "ai-all", "ai-train", "ai-input", "ai-index", "search"]
"""What a machine does with a text, in the words of RSL 1.0."""

_AI: tuple[Usage, ...] = ("ai-train", "ai-input", "ai-index")
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]
VERSION = 12  # so many digits of the digest, the first, name a version


def _spelt_out(usages: tuple[Usage, ...]) -> frozenset[Usage]:
    """`ai-all` and `all` as the single usages they stand for."""
    found = set(usages)
    if "all" in found:
        found |= {"search", *_AI}
    if "ai-all" in found:
        found |= set(_AI)
    return frozenset(found - {"all", "ai-all"})


class LicenceText(Record):
    """The words of the licence in one language."""

    title: Name
    paragraphs: tuple[Paragraph, ...] = Field(min_length=1, max_length=100)

    @field_validator("paragraphs")
    @classmethod
    def _printable(cls, paragraphs: tuple[str, ...]) -> tuple[str, ...]:
        if any(ord(character) < 32 for paragraph in paragraphs for character in paragraph):
            raise ValueError("must hold no control characters: a paragraph is a single line")
        return paragraphs


class Licence(Record):
    """`config/licence.toml`: the terms on which our work may be used. Every version that was ever used is kept."""

    id: Slug
    text: dict[Language, LicenceText] = Field(min_length=1, description="by language; the first is shown first")
    permits: tuple[Usage, ...] = Field(default=(), description="to machines, whoever asks")
    prohibits: tuple[Usage, ...] = Field(default=(), description="to machines without a written agreement")

    @model_validator(mode="after")
    def _doesnt_contradict_itself(self) -> "Licence":
        both = sorted(_spelt_out(self.permits) & _spelt_out(self.prohibits))
        if both:
            raise ValueError(f"permits and prohibits {', '.join(both)}: say one of them")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of what it says, in its one spelling, as 64 hex digits."""
        return digest_of(canonical_json(self.model_dump(mode="json", exclude_defaults=True)))

    @property
    def version(self) -> str:
        """Which wording this is: 12 hex digits that change whenever any word does."""
        return self.digest[:VERSION]

    @property
    def reserves_mining(self) -> bool:
        """Whether text and data mining needs our consent: unless every use by an AI is permitted (W3C TDMRep)."""
        return not set(_AI) <= _spelt_out(self.permits)

    def title(self, language: str) -> str:
        """What it is called in this language, else in its first."""
        return (self.text.get(language) or next(iter(self.text.values()))).title


class LicenceReference(Record):
    """Which licence something went out under."""

    id: str
    version: str
    digest: str


class Addresses(Record):
    """Where our terms are to be read. Without a licence of record there is the publisher's own page, and no more."""

    page: str
    base_url: str = ""
    licence: LicenceReference | None = None
    reserves_mining: bool = True

    @property
    def machine(self) -> str:
        """The licence in RSL."""
        return f"{self.base_url}/license.xml" if self.licence else ""

    def policy(self, terms: str = "") -> str:
        """The policy in ODRL: of the agreement whose terms have this version, else of the public licence."""
        return f"{self.base_url}/policies/{terms or 'public'}" if self.licence else ""


def addresses(licence: Licence | None, *, page: str, base_url: str) -> Addresses:
    """Where this licence is to be read under `base_url`; without one, at the page that the publisher names."""
    if licence is None:
        return Addresses(page=page)
    base = base_url.rstrip("/")
    return Addresses(
        page=f"{base}/licence/{licence.version}",
        base_url=base,
        licence=LicenceReference(id=licence.id, version=licence.version, digest=licence.digest),
        reserves_mining=licence.reserves_mining,
    )
