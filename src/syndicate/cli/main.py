"""Who may ask, by shell? `syndicate` and all its commands, in two literal tables."""

import io
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import structlog
import typer

from syndicate.cli import (
    check,
    deliveries,
    demo,
    destinations,
    dry_run,
    feeds,
    fetches,
    ledger,
    licences,
    notices,
    pictures,
    publish,
    replay,
    rulings,
    schema,
    secrets,
    sources,
    status,
    subscriptions,
    tokens,
    up,
    web,
    why,
    withdrawals,
)

Command = tuple[str, Callable[..., None], str]
"""Its name, its function, and an example of its use."""

COMMANDS: Sequence[Command] = (
    ("up", up.up, "syndicate up"),
    ("demo", demo.demo, "syndicate demo --once"),
    ("publish", publish.publish, "syndicate publish article.json"),
    ("import", publish.import_folder, "syndicate import archive/ --dry-run"),
    ("dry-run", dry_run.dry_run, "syndicate dry-run article.json"),
    ("check", check.check, "syndicate --config config check"),
    ("status", status.status, "syndicate status --watch"),
    ("why", why.why, "syndicate why jingshan-20260312-01 荆楚网"),
    ("clear", rulings.clear, "syndicate clear jingshan-20260312-01 --reason 已付稿酬"),
    ("refuse", rulings.refuse, "syndicate refuse jingshan-20260312-01 荆楚网 --reason 作者不同意"),
    ("withdrawals", withdrawals.withdrawals, "syndicate withdrawals --open"),
    ("deliveries", deliveries.deliveries, "syndicate deliveries 荆楚网 --last 20"),
    ("destinations", destinations.destinations, "syndicate destinations --troubled"),
    ("pause", destinations.pause, "syndicate pause 荆楚网 --reason 对方改版"),
    ("resume", destinations.resume, "syndicate resume 荆楚网/webhook"),
    ("replay", replay.replay, "syndicate replay --partner 荆楚网 --since 2026-03-01"),
    ("subscriptions", subscriptions.subscriptions, "syndicate subscriptions --active"),
    ("feeds", feeds.feeds, "syndicate feeds --write public/feeds"),
    ("fetches", fetches.show, "syndicate fetches --gone jingshan-20260312-01"),
    ("schema", schema.schema, "syndicate schema --out event.schema.json"),
    ("web", web.web, "syndicate web"),
)
GROUPS: Mapping[str, tuple[str, Sequence[Command]]] = MappingProxyType(
    {
        "token": (
            "Issue, rotate, list and take back the tokens that open the web.",
            (
                ("create", tokens.create, "syndicate token create 采编系统 --scope events:write"),
                ("list", tokens.list_all, "syndicate token list --json"),
                ("rotate", tokens.rotate, "syndicate token rotate 0123456789abcdef --overlap 7d"),
                ("revoke", tokens.revoke, "syndicate token revoke 0123456789abcdef"),
            ),
        ),
        "notice": (
            "See the words that we owe the reader, as they would stand on an article.",
            (
                ("preview", notices.preview, "syndicate notice preview jingshan-20260312-01 荆楚网 --form html"),
                ("list", notices.list_all, "syndicate notice list --language en"),
            ),
        ),
        "picture": (
            "Record whose pictures are and to whom they may go, also long after they were published.",
            (
                (
                    "record",
                    pictures.record,
                    "syndicate picture record URL --owner 京山网 --by 沈禾 --reason 摄影部来函",
                ),
                ("import", pictures.import_file, "syndicate picture import 图片授权.csv --by 沈禾 --reason 年度合同"),
                ("show", pictures.show, "syndicate picture show https://www.example/img/1.jpg"),
                ("list", pictures.list_all, "syndicate picture list --undecided"),
            ),
        ),
        "sources": (
            "Keep the dated list of units whose news may be reprinted (稿源单位名单), edition by edition.",
            (
                (
                    "import",
                    sources.import_file,
                    "syndicate sources import 名单.csv --edition 2025-06 --starts 2025-07-02",
                ),
                ("diff", sources.diff, "syndicate sources diff 2021-10 2025-06"),
                ("list", sources.list_all, "syndicate sources list --json"),
                ("check", sources.check, "syndicate sources check 湖北日报"),
            ),
        ),
        "licence": (
            "See the terms on which our work may be used, in words for people and for machines.",
            (
                ("show", licences.show, "syndicate licence show --json"),
                ("policy", licences.policy, "syndicate licence policy 荆楚网"),
            ),
        ),
        "secret": (
            "Make, rotate and list the secrets that deliveries are signed with.",
            (
                ("create", secrets.create, "syndicate secret create jingchuwang --asymmetric"),
                ("rotate", secrets.rotate, "syndicate secret rotate jingchuwang"),
                ("retire", secrets.retire, "syndicate secret retire jingchuwang"),
                ("list", secrets.list_all, "syndicate secret list --json"),
            ),
        ),
        "ledger": (
            "Make the ledger, bring it up to date, look whether it is, or drop what need not be kept.",
            (
                ("upgrade", ledger.upgrade, "syndicate ledger upgrade"),
                ("check", ledger.check, "syndicate ledger check"),
                ("prune", ledger.prune, "syndicate ledger prune --dry-run"),
            ),
        ),
    }
)
EXIT_CODES = "Exit codes: 0 all is well; 1 something is wrong, and was said; 2 wrong usage."


def main() -> None:
    """The `syndicate` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Chinese must not stop us
    application()()


def application() -> typer.Typer:
    """All commands, put together."""
    app = _group("Brings a newsroom's published articles to its partners, under licence, and takes them back.")
    app.callback()(_options)
    _add(app, COMMANDS)
    for name, (said, commands) in GROUPS.items():
        group = _group(said)
        _add(group, commands)
        app.add_typer(group, name=name)
    return app


def _group(said: str) -> typer.Typer:
    return typer.Typer(help=said, epilog=EXIT_CODES, no_args_is_help=True, pretty_exceptions_show_locals=False)


def _add(app: typer.Typer, commands: Sequence[Command]) -> None:
    for name, function, example in commands:
        app.command(name, epilog=f"Example: {example}")(function)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"syndicate {version('syndicate')}")
        raise typer.Exit


def _options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(metavar="DIR", envvar="SYNDICATE_CONFIG_DIR", help="The configuration; without, ./config."),
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    context.obj = config
    _log_to_standard_error()


def _log_to_standard_error() -> None:
    """Keep results clean: log lines that matter go to standard error, what a command says itself isn't logged too."""
    logging.getLogger("kombu").setLevel(logging.ERROR)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
