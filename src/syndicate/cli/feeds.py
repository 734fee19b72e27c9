"""Who may ask, by shell? `feeds` lists the feeds, and writes them as files for a web server that serves them itself."""

import gzip
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import track

from syndicate.assemble import System
from syndicate.cli.opening import AsJson, opened
from syndicate.cli.terminal import fail, local, output, print_json, say, table
from syndicate.formats import FEED_FORMATS
from syndicate.ledger import feeds as kept
from syndicate.ledger import files
from syndicate.ledger.feeds import FeedState
from syndicate.ledger.files import Writing
from syndicate.model.clearance import PUBLIC
from syndicate.model.story import Feed, FeedDefinition


@dataclass(frozen=True)
class Listed:
    """A feed as it is listed. `addresses` are by format; one that isn't public asks for a token.

    `files` tells how its files stand where feeds are written as such, and `files_reason` why they couldn't be written.
    """

    id: str
    title: str
    public: bool
    state: Literal["built", "behind", "never built"]
    built_at: datetime | None
    addresses: dict[str, str]
    files: Literal["none", "written", "behind"]
    files_reason: str


def feeds(
    context: typer.Context,
    write: Annotated[
        Path | None,
        typer.Option("--write", file_okay=False, help="Write every built feed below this folder, in every format."),
    ] = None,
    again: Annotated[
        bool,
        typer.Option("--files-again", help="Have every file of `web.files` written again: the disk was changed, say."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the feeds: whether they, and their files, are up to date, and their addresses.

    Partners' feeds hold full texts: what --write puts below `partners/` must not be served without asking who reads.
    """
    with opened(context) as system:
        if again and not system.write_files_again():
            fail("no place for files is set: web.files in syndicate.toml")
        listed = _listed(system)
        if as_json:
            for one in listed:
                print_json(asdict(one) | {"built_at": one.built_at and one.built_at.isoformat()})
        else:
            _show(listed, timezone=system.newsroom.publisher.timezone)
        if write:
            _write_all(system, listed, write)


def _listed(system: System) -> list[Listed]:
    """The feeds that the configuration stands for, those that the ledger knows first."""
    newsroom = system.newsroom
    with system.ledger.read() as connection:
        states = {state.id: state for state in kept.every(connection)}
        writings = files.every(connection) if system.settings.web.files else {}
    known = [newsroom.directory.definition(feed_id, newsroom.publisher) for feed_id in states]
    wanted = {feed.id: feed for feed in (*known, *newsroom.directory.standing_feeds(newsroom.publisher)) if feed}
    return [_one(feed, states.get(feed.id), writings.get(feed.id), system) for feed in wanted.values()]


def _one(definition: FeedDefinition, state: FeedState | None, writing: Writing | None, system: System) -> Listed:
    empty = Feed(
        definition=definition,
        publisher=system.newsroom.publisher,
        base_url=system.settings.web.base_url,
        changed=system.clock(),
        stories=(),
    )
    return Listed(
        id=definition.id,
        title=definition.title,
        public=definition.audience == PUBLIC,
        state=_state(state),
        built_at=state.built_at if state else None,
        addresses={name: empty.url(name) for name in FEED_FORMATS},
        files=_files(writing if definition.audience == PUBLIC else None),
        files_reason=writing.reason if writing and writing.behind else "",
    )


def _state(state: FeedState | None) -> Literal["built", "behind", "never built"]:
    if state is None or state.built_at is None:
        return "never built"
    return "behind" if state.built_seq < state.dirty_seq else "built"


def _files(writing: Writing | None) -> Literal["none", "written", "behind"]:
    if writing is None:
        return "none"
    return "behind" if writing.behind else "written"


def _show(listed: Sequence[Listed], *, timezone: str) -> None:
    rows = [
        (
            one.id,
            "all" if one.public else "by token",
            one.state,
            one.built_at and local(one.built_at, timezone),
            one.files if one.files != "none" else "",
        )
        for one in listed
    ]
    console = output()
    console.print(table("feed", "readers", "state", "built", "files", rows=rows))
    for reason in sorted({one.files_reason for one in listed if one.files_reason}):
        console.print(f"files: {reason}", soft_wrap=True)
    for one in listed:
        console.print(_address(one), soft_wrap=True)  # on lines of their own, to be copied whole


def _address(listed: Listed) -> str:
    """The addresses of all formats in one: shells, and curl, read `{rss,atom,json}`."""
    first = next(iter(listed.addresses.values()))
    return f"{first.rpartition('.')[0]}.{{{','.join(listed.addresses)}}}"


def _write_all(system: System, listed: Sequence[Listed], folder: Path) -> None:
    console = output(stderr=True)
    many = 0
    for feed in track(listed, "writing", console=console, transient=True, disable=not console.is_terminal):
        for name, body in _bytes(system, feed.id).items():
            _put(folder / f"{feed.id}.{name}", body)
            many += 1
    say(f"{many} files written below {folder}")


def _bytes(system: System, feed_id: str) -> dict[str, bytes]:
    """A feed's bytes by format, all of one build; none when it was never built."""
    with system.ledger.read() as connection:
        served = {name: kept.serve(connection, feed_id, name) for name in FEED_FORMATS}
    return {name: gzip.decompress(found.packed) for name, found in served.items() if found}


def _put(file: Path, body: bytes) -> None:
    """Put a file in place so that no reader ever sees half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{os.getpid()}.unfinished")
    try:
        unfinished.write_bytes(body)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
