"""Who may ask, by shell? `picture` records whose pictures are and to whom they may go, and shows how they stand."""

import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from syndicate.cli.opening import AsJson, opened
from syndicate.cli.picture_entries import COLUMNS, entry
from syndicate.cli.picture_files import entries_in
from syndicate.cli.picture_tables import as_json_of, listed_table, show_standing
from syndicate.cli.terminal import fail, output, print_json, say
from syndicate.model.problem import Invalid
from syndicate.pipeline.picture_standing import articles_with_pictures
from syndicate.pipeline.record_rights import RightsRecorded

MANY = 200  # articles from which on a bar shows how far we are
Url = Annotated[str, typer.Argument(metavar="URL", help="The picture's address, as it stands in the article.")]
By = Annotated[str, typer.Option(help="Who records it; without, whoever is logged in.", show_default=False)]
Day = "A day, a time, or now; - takes it back."


def record(
    context: typer.Context,
    url: Url,
    *,
    owner: Annotated[str, typer.Option(help="Whose it is; one of our own names: it is ours.")] = "",
    obtained: Annotated[str, typer.Option(help="How we came by it, such as 约稿 or 授权使用.")] = "",
    evidence: Annotated[str, typer.Option(help="Where that is written, such as a contract's number.")] = "",
    pass_to: Annotated[str, typer.Option(help="Partners or regions that may have it: jingchuwang,CN-HB.")] = "",
    starts: Annotated[str, typer.Option(help=f"When our right begins. {Day}")] = "",
    ends: Annotated[str, typer.Option(help=f"The last day, or the hour, of our right. {Day}")] = "",
    credit: Annotated[str, typer.Option(help="The credit to print, such as 图片来源:….")] = "",
    taken_by: Annotated[str, typer.Option(help="Who took it.")] = "",
    by: By = "",
    reason: Annotated[str, typer.Option(help="Why: it is kept in the ledger for ever.")],
    as_json: AsJson = False,
) -> None:
    """Record a picture's rights, for every article that carries it, now and later.

    What isn't said stays as it was; - says that there is none. Who has such an article gets a correction with the
    picture, or without it; for whom nothing changes hears nothing. --ends now withdraws a permission.
    """
    told = {"url": url, "owner": owner, "obtained": obtained, "evidence": evidence, "pass_to": pass_to}
    told |= {"starts": starts, "ends": ends, "credit": credit, "taken_by": taken_by}
    told |= {"by": by or getpass.getuser(), "reason": reason}
    with opened(context) as system:
        try:
            done = system.record_rights([entry(told, newsroom=system.newsroom, now=system.clock())])
        except Invalid as error:
            fail(*(_as_option(str(problem)) for problem in error.problems))
    return _tell(done, as_json=as_json)


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, its first line names the columns.")],
    by: By = "",
    reason: Annotated[str, typer.Option(help="Why, for lines without a reason of their own.")] = "",
    as_json: AsJson = False,
) -> None:
    """Record the rights of many pictures: columns as the options of `record`, with url. All lines, or none."""
    defaults = {"by": by or getpass.getuser(), "reason": reason}
    with opened(context) as system:
        read = entries_in(file, defaults, newsroom=system.newsroom, now=system.clock(), quiet=as_json)
        try:
            done = system.record_rights([one.entry for one in read])
        except Invalid as error:
            places = [(problem.field.partition("."), problem.message) for problem in error.problems]
            fail(*(f"{file}:{read[int(at)].line}: {told}".replace(": :", ":") for (at, _, _), told in places))
    return _tell(done, as_json=as_json)


def show(context: typer.Context, url: Url, as_json: AsJson = False) -> None:
    """Tell what is said of a picture, and by whom, which articles carry it, and to whom it goes."""
    with opened(context) as system:
        found, timezone = system.picture(url), system.newsroom.publisher.timezone
    if not (found.told or found.history):
        fail(f"no live article carries {url}, and nothing is on record of it; see: syndicate picture list")
    if as_json:
        return print_json(as_json_of(found))
    return show_standing(found, timezone)


def list_all(
    context: typer.Context,
    undecided: Annotated[
        bool, typer.Option("--undecided", help="Only those that stay here because nobody has said whose they are.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the pictures of live articles. With --undecided: what a desk has to look at."""
    with opened(context) as system:
        console, timezone = output(stderr=True), system.newsroom.publisher.timezone
        names = articles_with_pictures(system.ledger)
        hidden = as_json or len(names) < MANY or not console.is_terminal
        looked = track(names, "looking", console=console, transient=True, disable=hidden)
        found = [one for name in looked for one in system.pictures_of(name) if one.undecided or not undecided]
    if as_json:
        return print_json([one.model_dump(mode="json") for one in found])
    if not found:
        return say("nothing is undecided" if undecided else "no live article carries a picture")
    return output().print(listed_table(found, timezone))


def _tell(done: RightsRecorded, *, as_json: bool) -> None:
    if as_json:
        return print_json(done.model_dump(mode="json", exclude={"steps"}))
    told = [f"{done.entries} recorded"] + [f"{done.known} on record already"] * bool(done.known)
    many = len(done.articles)
    told += [f"{many} live articles carry {'it' if done.entries == 1 else 'them'} and are decided again"] * bool(
        done.entries
    )
    return output().print("; ".join(told), soft_wrap=True)


def _as_option(problem: str) -> str:
    """A mistake by its column as one by its option."""
    column, colon, message = problem.partition(": ")
    return f"--{column.replace('_', '-')}: {message}" if colon and column in COLUMNS and column != "url" else problem
