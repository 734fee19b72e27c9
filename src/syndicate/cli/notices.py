"""Who may ask, by shell? `notice` shows the words that stand on articles, before anybody reads them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import typer

from syndicate.assemble import System
from syndicate.cli.documents import event_in, naming
from syndicate.cli.opening import AsJson, opened, plain_errors, settings_of
from syndicate.cli.terminal import fail, legible, output, print_json, say, table
from syndicate.cli.why import no_such_partner, partner_id
from syndicate.configuration import read_newsroom
from syndicate.model.article import Withdrawal
from syndicate.model.event import DATA_OF
from syndicate.model.partner import Partner
from syndicate.model.record import Record
from syndicate.notices.wording import words_of
from syndicate.notices.wordings import Wordings
from syndicate.pipeline.newsroom import Newsroom
from syndicate.pipeline.preview import Preview


class Words(Record):
    """One statement's words in one case: a language's, a variant's where they differ, or one partner's own."""

    statement: str
    case: str
    language: str
    variant: str
    partner: str
    words: str


def preview(
    context: typer.Context,
    article: Annotated[
        str, typer.Argument(help="The article's id, as the CMS gave it; or the file of an event that isn't sent yet.")
    ],
    partner: Annotated[str, typer.Argument(help="The partner, by id or name.")],
    form: Annotated[
        Literal["text", "html"], typer.Option("--form", "--format", help="As a reader sees it, or as it is sent.")
    ] = "text",
    *,
    language: Annotated[
        str, typer.Option(help="The statements in this language; without, in the article's.", show_default=False)
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show how an article would read at a partner: every statement that we owe the reader, in its place."""
    draft = article == "-" or _is_file(article)
    with opened(context, ledger="made" if draft else "current") as system:
        directory = system.newsroom.directory
        found = directory.partner(partner_id(directory, partner))
        if found is None:
            fail(no_such_partner(directory, partner))
        shown = _draft(system, article, found, language) if draft else system.preview(article, found, language=language)
    if shown is None:
        fail(f"there is no article {article!r}, or it is withdrawn; take its id from the CMS, or name an event's file")
    if as_json:
        return print_json(shown.model_dump(mode="json"))
    return _show(shown, form, language)


def list_all(
    context: typer.Context,
    language: Annotated[str, typer.Option(help="Only this one, such as en.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """List every statement with its words: in each language, in the variants that change them, in agreements."""
    with plain_errors():
        newsroom = read_newsroom(settings_of(context))
    known = sorted({one.language for one in newsroom.wording.all})
    if language and language not in known:
        fail(f"there are no words in {language!r}; there is: {', '.join(known)}")
    told = [one for one in _told(newsroom) if not language or one.language in ("", language)]
    if as_json:
        return print_json([one.model_dump(mode="json") for one in told])
    return output().print(table("statement", "in", "words", rows=_rows(told)))


def _is_file(named: str) -> bool:
    with suppress(OSError):  # too long for a name, say
        return Path(named).is_file()
    return False


def _draft(system: System, file: str, partner: Partner, language: str) -> Preview:
    with naming(file):
        event = event_in(file)
        shown = system.preview_event(event, partner, language=language)
    if shown is None and DATA_OF[event["type"]] is Withdrawal:
        fail(f"{file} takes the article back, so there is nothing to read; name the event that publishes it")
    if shown is None:
        fail(f"{file} changes nothing, and the article is withdrawn: there is nothing to read")
    return shown


def _show(shown: Preview, form: str, language: str) -> None:
    if shown.clearance.decision != "cleared":
        say(f"{shown.clearance.decision} as things stand: {shown.clearance.reason}")
    if language and shown.language.lower() != language.lower():
        say(f"there are no words in {language}: these are in {shown.language}")
    words = shown.text if form == "text" else shown.html
    output().print(legible(words), soft_wrap=True, markup=False, highlight=False)


def _told(newsroom: Newsroom) -> list[Words]:
    """Statement by statement, so that what stands for one thing in several places stands together."""
    found = [*_configured(newsroom.wording), *_agreed(newsroom)]
    order = {name: number for number, name in enumerate(dict.fromkeys((one.statement, one.case) for one in found))}
    return sorted(found, key=lambda one: order[one.statement, one.case])


def _configured(wordings: Wordings) -> Iterator[Words]:
    for wording in sorted(wordings.all, key=lambda one: (one.language != wordings.home, one.language, one.variant)):
        base = set(words_of(wordings.of(wording.language))) if wording.variant else set()
        for statement, case, words in words_of(wording):
            if (statement, case, words) not in base:
                yield Words(
                    statement=statement,
                    case=case,
                    language=wording.language,
                    variant=wording.variant,
                    partner="",
                    words=words,
                )


def _agreed(newsroom: Newsroom) -> Iterator[Words]:
    """What agreements want under the text, word for word and whatever its language."""
    for partner in newsroom.directory.partners:
        for agreement in (one for one in partner.agreements if one.licence_text):
            yield Words(
                statement="licence-text",
                case="",
                language="",
                variant=agreement.wording or "",
                partner=partner.id,
                words=agreement.licence_text,
            )


def _rows(told: Sequence[Words]) -> Iterator[tuple[str, str, str]]:
    """A statement is named once, before the words that it has in the first place."""
    named = ""
    for one in told:
        name = f"{one.statement}\n{one.case}" if one.case else one.statement
        place = one.partner or "/".join(filter(None, (one.language, one.variant)))
        yield name if name != named else "", place, one.words if one.words.strip() else f"“{one.words}”"
        named = name
