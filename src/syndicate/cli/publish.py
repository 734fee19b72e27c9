"""Who may ask, by shell? `publish` and `import` take events straight into the ledger, as the web does by HTTP."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer
from rich.progress import track

from syndicate.assemble import System
from syndicate.cli.documents import Document, content_of, documents
from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import fail, output, print_json, say, table
from syndicate.ledger.database import Ledger
from syndicate.ledger.migrate import migrate
from syndicate.model.event import parse_structured
from syndicate.model.problem import Invalid, Problem
from syndicate.model.step import Step
from syndicate.pipeline.receive import Conflict

MANY = 20  # events from which on a bar shows how far we are
KEPT = (
    "the queue's broker can't be reached: the events are kept in the ledger, and the clock picks them up; "
    "run: syndicate up"
)
Part = TypeVar("Part")


@dataclass(frozen=True)
class Taken:
    """What became of one document. `problems` are the mistakes of a rejected one, by field, as HTTP tells them."""

    file: str
    outcome: Literal["accepted", "duplicate", "ignored", "rejected"]
    event: str = ""
    source: str = ""
    article: str = ""
    revision: int | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def mistakes(self) -> list[str]:
        """Each problem on a line of its own: `FILE: data.pictures.2.url: must be …`."""
        return [f"{self.file}: {problem}" for problem in self.problems]

    @property
    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return asdict(self) | {"problems": [problem.model_dump() for problem in self.problems]}


def publish(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="- is standard input.")],
    as_json: AsJson = False,
) -> None:
    """Take events in: CloudEvents in JSON, one object per file, an array of them, or one on each line.

    An event that was taken in before is a duplicate, and harmless. A rejected one doesn't hold up the others.
    """
    for file in files:
        if str(file) != "-" and (file.is_dir() or not file.exists()):  # Typer's own check wouldn't let - pass
            raise typer.BadParameter(f"{file}: there is no such file")
    with opened(context, ledger="made") as system:
        _take_all(system, files, as_json=as_json)


def import_folder(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, readable=True)],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only check: as if into an empty ledger, and nothing is written.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take in the events of every .json file below a folder, in the order of their names."""
    files = sorted(folder.rglob("*.json"), key=lambda file: file.relative_to(folder).parts)
    if not files:
        fail(f"{folder}: there is no .json file in it, nor below it")
    rehearsal = _rehearsal if dry_run else nullcontext
    with opened(context, ledger="none" if dry_run else "made") as system, rehearsal(system) as intake:
        _take_all(intake, files, as_json=as_json)


def _take_all(system: System, files: Sequence[Path], *, as_json: bool) -> None:
    reachable = system.depth() is not None
    # Without a broker, every hand-over would wait in vain for some seconds: better leave them to the clock at once.
    intake = system if reachable else replace(system, handover=_nobody)
    taken = [_take(intake, document, as_json=as_json) for document in _documents(files, quiet=as_json)]
    counts = Counter(one.outcome for one in taken)
    if not as_json:
        _show_table(taken)
        say(", ".join(f"{many} {outcome}" for outcome, many in counts.items()) or "there was no event in it")
    if counts["accepted"] and not (reachable and system.depth() is not None):
        say(KEPT)
    if counts["rejected"] or not taken:
        raise typer.Exit(1)


def _documents(files: Sequence[Path], *, quiet: bool) -> Iterator[Document]:
    """File after file: an archive needn't fit into memory. The bar counts files, or the events of the only one."""
    if len(files) == 1:
        yield from _bar(_in(files[0]), quiet=quiet)
        return
    for file in _bar(files, quiet=quiet):
        yield from _in(file)


def _in(file: Path) -> list[Document]:
    return documents(str(file), content_of(file))


def _bar(steps: Sequence[Part], *, quiet: bool) -> Iterable[Part]:
    console = output(stderr=True)
    hidden = quiet or len(steps) < MANY or not console.is_terminal
    return track(steps, "taking in", console=console, transient=True, disable=hidden)


def _take(system: System, document: Document, *, as_json: bool) -> Taken:
    taken = _outcome(system, document)
    if as_json:
        print_json(taken.as_json)
    else:
        say(*taken.mistakes)
    return taken


def _outcome(system: System, document: Document) -> Taken:
    try:
        received = system.accept(parse_structured(document.body))
    except Invalid as error:
        return Taken(document.where, "rejected", problems=error.problems)
    except Conflict as error:
        return Taken(document.where, "rejected", problems=(Problem(field=error.field, message=str(error)),))
    return Taken(
        document.where,
        received.outcome,
        event=received.event_id,
        source=received.source,
        article=received.article_id,
        revision=received.revision,
        reason=received.reason,
        notes=received.notes,
    )


def _show_table(taken: Sequence[Taken]) -> None:
    rows = [
        (one.event, one.article, one.outcome, one.revision, "\n".join(filter(None, [one.reason, *one.notes])))
        for one in taken
        if one.outcome != "rejected"
    ]
    if rows:
        output().print(
            table("event", "article", "outcome", "revision", "notes", rows=rows, right=["revision"], whole=["article"])
        )


@contextmanager
def _rehearsal(system: System) -> Iterator[System]:
    """The same system on a ledger that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="syndicate-") as folder:
        ledger = Ledger(f"sqlite:///{folder}/ledger.db")
        migrate(ledger)
        try:
            yield replace(system, ledger=ledger, handover=_nobody, depth=dict)
        finally:
            ledger.close()


def _nobody(steps: Sequence[Step]) -> None:
    """Takes Steps over and forgets them: the sweep finds them in the ledger."""
