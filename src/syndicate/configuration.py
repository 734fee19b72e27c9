"""Reads partners, feeds, wording and licence, and lists every mistake in all of them at once, with file and key."""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from syndicate.formats import ARTICLE_FORMATS
from syndicate.formats.dialect_files import Shelf, read_shelf, unsaid_terms
from syndicate.model.clearance import PUBLIC
from syndicate.model.feed import Directory, FeedFamily
from syndicate.model.licence import Licence
from syndicate.model.partner import Destination, Partner
from syndicate.model.problem import Invalid, Problem, problems_of, read_whole
from syndicate.model.publisher import Publisher
from syndicate.model.record import canonical_json, digest_of
from syndicate.model.soundness import partner_problems, wording_problems
from syndicate.notices.wording import Files
from syndicate.notices.wordings import Place, Wordings, read_wordings
from syndicate.pipeline.changes import OF_ADDRESS
from syndicate.pipeline.newsroom import Newsroom
from syndicate.settings import Settings, read_toml
from syndicate.transports import address, deadline_s, open_transport, secret_names, settings_problems
from syndicate.transports.errors import DestinationMisconfigured
from syndicate.transports.http import Door

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0  # at the files, whether one has changed
SETTLES_IN_S = 1.0  # after the last writing
MARGIN_S = 5.0  # what a lease must have left when a destination's deadline has passed, to write down what came of it


def read_newsroom(settings: Settings) -> Newsroom:
    """Everything beside the settings. Raises `Invalid` with fields like `partners/jingchuwang.toml: name`."""
    problems: list[Problem] = []
    partners = list(_partners(settings.config_dir, settings.publisher, problems))
    problems += _too_slow(partners, settings.workers.lease_s)
    feeds = list(_feeds(settings.config_dir / "feeds", problems))
    problems += unsaid_terms(partners, feeds)
    wording = _wordings(settings.config_dir / "notices", settings.publisher.language, problems)
    variants = [variant for _, variant in _folders(settings.config_dir / "notices") if variant]
    problems += wording_problems(partners, variants)
    licence = _licence(settings.config_dir / "licence.toml", settings.publisher.language, problems)
    if problems or wording is None:
        raise Invalid(problems)
    directory = Directory(partners=tuple(partners), feeds=tuple(feeds))
    return Newsroom(
        publisher=settings.publisher,
        directory=directory,
        wording=wording,
        licence=licence,
        base_url=settings.web.base_url.rstrip("/"),
    )


class Watched:
    """The newsroom as its files say now: read anew when one of them has changed. Safe to share between threads.

    A change that is wrong is not taken over: the log says what is wrong with it, and all goes on as before.
    """

    def __init__(self, settings: Settings) -> None:
        """Raises `Invalid` when it is wrong to begin with."""
        self._settings = settings
        self._taken = self._wrong = _stamp(settings.config_dir)
        self._newsroom = read_newsroom(settings)
        self._look_at = time.monotonic() + LOOK_EVERY_S
        self._looking = threading.Lock()

    def __call__(self) -> Newsroom:
        """The newsroom. Looks at the files once a second at most."""
        with self._looking:
            if time.monotonic() >= self._look_at:
                self._look_at = time.monotonic() + LOOK_EVERY_S
                self._look()
            return self._newsroom

    def _look(self) -> None:
        """Take over what is there, once nobody has written for a second: who writes files is given time to finish."""
        stamp = _stamp(self._settings.config_dir)
        if stamp == self._taken or not _is_settled(stamp):
            return
        try:
            newsroom = read_newsroom(self._settings)
        except (Invalid, OSError) as error:  # read again at the next look: it may have been the system's fault
            if stamp != self._wrong:
                wrong = list(map(str, error.problems)) if isinstance(error, Invalid) else [str(error)]
                log.error("configuration.wrong", problems=wrong, what_counts="as it was before")
            self._wrong = stamp
            return
        if _stamp(self._settings.config_dir) == stamp:
            self._taken, self._newsroom = stamp, newsroom
            log.info("configuration.changed")


Stamp = tuple[tuple[str, int, int], ...]


def _stamp(config_dir: Path) -> Stamp:
    """What tells one state of the files from another without reading them: path, when it was written (ns), size.

    Folders count too: theirs tells when a file came, went, or took another's place.
    """
    found = []
    roots = [config_dir / name for name in ("partners", "dialects", "feeds", "notices")]
    for path in sorted([config_dir / "licence.toml", *roots, *chain.from_iterable(root.rglob("*") for root in roots)]):
        with suppress(FileNotFoundError):
            if path.suffix == ".toml" or path.is_dir():
                told = path.stat()
                found.append((str(path), told.st_mtime_ns, told.st_size))
    return tuple(found)


def _is_settled(stamp: Stamp) -> bool:
    """Whether the last writing is a second ago; a time to come is another machine's clock, and no reason to wait."""
    newest = max((written_ns for _, written_ns, _ in stamp), default=0)
    return abs(time.time() - newest / 1e9) >= SETTLES_IN_S


def unready_destinations(settings: Settings, newsroom: Newsroom) -> list[Problem]:
    """The destinations that could not be sent to, though their files are right: a secret is missing, or no secret."""
    problems: list[Problem] = []
    door = Door()
    for partner in newsroom.directory.partners:
        for number, destination in enumerate(partner.destinations):
            try:
                open_transport(destination.transport, destination.settings, secret=settings.secret, door=door).check()
            except DestinationMisconfigured as error:
                where = f"partners/{partner.id}.toml: destinations.{number}"
                place = f"{settings.secrets_dir}, each in a file of its name"
                hint = f"{error.reason}; secrets stand in {place}: syndicate secret --help"
                problems.append(Problem(field=where, message=hint))
    door.close()
    return problems


def fingerprints(settings: Settings, newsroom: Newsroom) -> dict[str, str]:
    """A digest of each destination's address and settings, and its secrets, by id: another one when any changes.

    It begins with a digest of the address alone. Left out are those with a secret that can't be read just now.
    """
    found = {}
    for partner in newsroom.directory.partners:
        for one in partner.destinations:
            with suppress(OSError):  # too many open files, say: what it is now, this look doesn't tell
                found[partner.destination_id(one)] = _fingerprint(settings, one)
    return found


def _fingerprint(settings: Settings, destination: Destination) -> str:
    secrets = []
    for name in secret_names(destination.transport, destination.settings):
        try:
            secrets.append(settings.secret(name))
        except (KeyError, PermissionError):
            secrets.append("")  # it may be set later, or made ours to read, which is a change
    place = [destination.transport, address(destination.transport, destination.settings)]
    parts = (place, [destination.transport, destination.settings, *secrets])
    return "".join(digest_of(canonical_json(part))[:OF_ADDRESS] for part in parts)


def _partners(config_dir: Path, publisher: Publisher, problems: list[Problem]) -> Iterator[Partner]:
    names: dict[str, str] = {}
    dialects, wrong = read_shelf({file.stem: written for file, written in _files(config_dir / "dialects", problems)})
    problems += wrong
    for file, written in _files(config_dir / "partners", problems):
        where = f"partners/{file.name}"
        partner, found = _partner({"id": file.stem} | written, dialects)
        if partner is None:
            problems += _placed(where, found)
            continue
        found += partner_problems(partner, publisher)
        if partner.id != file.stem or partner.id == PUBLIC:
            found.append(Problem(field="id", message=f"must be the file's own name, {file.stem}, and not {PUBLIC}"))
        if partner.name in names:
            found.append(Problem(field="name", message=f"{partner.name} stands in {names[partner.name]} already"))
        names.setdefault(partner.name, where)
        for number, destination in enumerate(partner.destinations):
            found += [_under(f"destinations.{number}", problem) for problem in _destination_problems(destination)]
        problems += _placed(where, found)
        yield partner


def _partner(written: dict[str, Any], dialects: Shelf) -> tuple[Partner | None, list[Problem]]:
    """A partner, whose dialect may be called by its name."""
    partner, found = _without_dialect({key: value for key, value in written.items() if key != "dialect"})
    if "dialect" not in written:
        return partner, found
    dialect, wrong = dialects.read(written["dialect"])
    found += [_under("dialect", one) for one in wrong]
    return partner and partner.model_copy(update={"dialect": dialect}), found


def _without_dialect(written: dict[str, Any]) -> tuple[Partner | None, list[Problem]]:
    """`[agreement]` is the first of one."""
    agreement = written.get("agreement")
    if not isinstance(agreement, dict):
        return read_whole(Partner, written)
    partner, found = read_whole(Partner, written | {"agreement": [agreement]})
    return partner, [one.model_copy(update={"field": one.field.replace("agreement.0", "agreement")}) for one in found]


def _destination_problems(destination: Destination) -> list[Problem]:
    found = settings_problems(destination.transport, destination.settings)
    if destination.format not in ARTICLE_FORMATS:
        known = ", ".join(ARTICLE_FORMATS)
        found.append(Problem(field="format", message=f"{destination.format!r} is not a format; there is: {known}"))
    return found


def _too_slow(partners: list[Partner], lease_s: float) -> list[Problem]:
    """Destinations whose deadline a worker's lease does not outlast: their deliveries could be sent twice at once."""
    return [
        Problem(
            field=f"partners/{partner.id}.toml: destinations.{number}.settings.deadline_s",
            message=f"must be at least {MARGIN_S:.0f} s less than workers.lease_s, which is {lease_s:.0f} s",
        )
        for partner in partners
        for number, destination in enumerate(partner.destinations)
        if deadline_s(destination.transport, destination.settings) > lease_s - MARGIN_S
    ]


def _feeds(folder: Path, problems: list[Problem]) -> Iterator[FeedFamily]:
    for file, written in _files(folder, problems):
        try:
            yield FeedFamily.model_validate({"id": file.stem} | written)
        except ValidationError as error:
            problems += _placed(f"feeds/{file.name}", problems_of(error))


def _wordings(root: Path, home: str, problems: list[Problem]) -> Wordings | None:
    """The words of every language and variant. A file that can't be read isn't told to be missing as well."""
    unreadable: list[Problem] = []
    words: dict[Place, Files] = {}
    for language, variant in _folders(root):
        folder = root / language / variant
        place = f"notices/{folder.relative_to(root).as_posix()}"
        words[language, variant] = {file.stem: written for file, written in _files(folder, unreadable, place=place)}
    problems += unreadable
    try:
        return read_wordings(words, home=home)
    except Invalid as error:
        told = {problem.field for problem in unreadable}
        found = [_under("notices", problem, between="/") for problem in error.problems]
        problems += [problem for problem in found if problem.field not in told]
        return None


def _licence(file: Path, language: str, problems: list[Problem]) -> Licence | None:
    """The licence, if there is one: without, the publisher's own page stands for it."""
    if not file.exists():
        return None
    try:
        licence = Licence.model_validate(read_toml(file))
    except ValidationError as error:
        problems += _placed(file.name, problems_of(error))
        return None
    except Invalid as error:
        problems += error.problems
        return None
    if language not in licence.text:
        problems.append(Problem(field=f"{file.name}: text", message=f"has no {language}, the publisher's language"))
    return licence


def _folders(root: Path) -> list[Place]:
    """Every language's folder, and every variant's in it."""
    found = []
    for folder in sorted(path for pattern in ("[!.]*/", "[!.]*/[!.]*/") for path in root.glob(pattern)):
        language, _, variant = folder.relative_to(root).as_posix().partition("/")
        found.append((language, variant))
    return found


def _files(folder: Path, problems: list[Problem], *, place: str = "") -> Iterator[tuple[Path, dict[str, Any]]]:
    """The files in a folder that can be read; what is wrong with the others is told under `place`, or its name."""
    for file in sorted(folder.glob("*.toml")):
        try:
            yield file, read_toml(file)
        except Invalid as error:
            problems += [_under(place or folder.name, problem, between="/") for problem in error.problems]


def _placed(where: str, problems: list[Problem]) -> list[Problem]:
    return [_under(where, problem, between=": ") for problem in problems]


def _under(place: str, problem: Problem, *, between: str = ".") -> Problem:
    return problem.model_copy(update={"field": f"{place}{between}{problem.field}".rstrip(" :.")})
