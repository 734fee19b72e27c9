"""Who may ask, by shell? `check` reads the whole configuration and lists every mistake in it at once."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError

from syndicate.assemble import now
from syndicate.cli.opening import AsJson
from syndicate.cli.terminal import output, print_json, say
from syndicate.configuration import read_newsroom, unready_destinations
from syndicate.model.feed import Directory
from syndicate.model.partner import Partner
from syndicate.model.problem import Invalid, Problem
from syndicate.model.publisher import Publisher
from syndicate.pipeline.newsroom import Newsroom
from syndicate.settings import FILE_NAME, Settings, find_config_dir, read_settings, read_toml
from syndicate.stores import store_problem


@dataclass(frozen=True)
class Configured:
    """What is there when nothing is wrong. `in_term` counts the partners whose agreement holds today, `wordings` the
    languages and their variants.
    """

    partners: int
    in_term: int
    feeds: int
    wordings: int


def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Check settings, partners, feeds, wording and secrets, and list every mistake with its file and key."""
    problems, configured = look(context.obj)
    if as_json:
        counts = asdict(configured) if configured else {}
        print_json({"ok": not problems, **counts, "problems": [problem.model_dump() for problem in problems]})
    elif configured:
        output().print(_in_words(configured))
    else:
        say(*map(str, problems))
    if problems:
        raise typer.Exit(1)


def look(config_dir: Path | None) -> tuple[list[Problem], Configured | None]:
    """Every mistake in the configuration, or what it holds when there is none."""
    try:
        found = find_config_dir(config_dir)
    except Invalid as error:
        return list(error.problems), None
    settings, problems = _settings(found)
    newsroom, more = _newsroom(settings)
    problems += more + unready_destinations(settings, newsroom)
    if wrong := store_problem(settings.web, secret=settings.secret):
        problems.append(Problem(field=f"{FILE_NAME}: web.files", message=wrong))
    return (problems, None) if problems else ([], _configured(newsroom))


def _configured(newsroom: Newsroom) -> Configured:
    today = now().astimezone(ZoneInfo(newsroom.publisher.timezone)).date()
    return Configured(
        partners=len(newsroom.directory.partners),
        in_term=sum(_in_term(partner, today) for partner in newsroom.directory.partners),
        feeds=len(newsroom.directory.feeds),
        wordings=len(newsroom.wording.all),
    )


def _in_term(partner: Partner, today: date) -> bool:
    return any(agreement.starts <= today <= agreement.ends for agreement in partner.agreements)


def _in_words(configured: Configured) -> str:
    return (
        f"all is well: {configured.partners} partners ({configured.in_term} with an agreement in term), "
        f"{configured.feeds} feeds, {configured.wordings} wordings"
    )


def _settings(config_dir: Path) -> tuple[Settings, list[Problem]]:
    """The settings, or what stands in for them, so that mistakes elsewhere are found in the same go."""
    try:
        return read_settings(config_dir), []
    except Invalid as error:
        return _stand_in(config_dir, _readable(config_dir / FILE_NAME)), list(error.problems)


def _stand_in(config_dir: Path, written: Mapping[str, Any]) -> Settings:
    publisher = written.get("publisher")
    language = publisher.get("language") if isinstance(publisher, dict) else None
    data_dir = os.environ.get("SYNDICATE_DATA_DIR") or str(written.get("data_dir", "var/syndicate"))
    unchecked: dict[str, Any] = {"language": str(language or "zh-CN")}
    unchecked = {"publisher": Publisher.model_construct(None, **unchecked)}
    return Settings.model_construct(None, config_dir=config_dir, data_dir=Path(data_dir), **unchecked)


def _newsroom(settings: Settings) -> tuple[Newsroom, list[Problem]]:
    """The newsroom, or one of the partners that can be read, so that their secrets are looked for as well."""
    try:
        return read_newsroom(settings), []
    except Invalid as error:
        directory = Directory(partners=tuple(_readable_partners(settings.config_dir / "partners")), feeds=())
        unchecked: dict[str, Any] = {"directory": directory}
        return Newsroom.model_construct(None, **unchecked), list(error.problems)


def _readable_partners(folder: Path) -> Iterator[Partner]:
    for file in sorted(folder.glob("*.toml")):
        with suppress(ValidationError):
            written = {key: value for key, value in _readable(file).items() if key != "dialect"}
            yield Partner.model_validate({"id": file.stem} | written)


def _readable(file: Path) -> dict[str, Any]:
    try:
        return read_toml(file)
    except Invalid:
        return {}
