"""`syndicate demo`: the whole thing, on this machine, with partners on loopback."""

import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from syndicate.demo.stage import NotOurs
from syndicate.demo.story import tell


def demo(
    folder: Annotated[Path, typer.Option("--dir", help="where it works; emptied first")] = Path("var/demo"),
    once: Annotated[
        bool, typer.Option("--once", help="end when the story is told: 0 if all came out as it must")
    ] = False,
) -> None:
    """Show the real thing: publish, correct and withdraw, with workers, feeds and four partners on loopback."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        raise typer.Exit(tell(folder, once=once, console=Console()))
    except NotOurs as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
