"""Who may ask, by shell? How a picture stands, as tables and as JSON."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from rich.table import Table

from syndicate.cli.terminal import legible, local, output, table
from syndicate.model.article import Picture
from syndicate.model.picture_rights import PERMISSION, PictureRights, Said
from syndicate.pipeline.picture_standing import Listed, Passing, PictureStanding

_NAMES = {"credit_line": "credit"}


def as_json_of(found: PictureStanding) -> dict[str, Any]:
    """The same for programs; `on_record` has the fields that were said something about."""
    history = [
        {"at": one.at.isoformat(), "by": one.by, "reason": one.reason, "said": one.document} for one in found.history
    ]
    on_record = {name: value for one in found.history for name, value in one.document.items()}
    return found.model_dump(mode="json", exclude={"history"}) | {"on_record": on_record, "history": history}


def show_standing(found: PictureStanding, timezone: str) -> None:
    """What events say, what is on record and since when, and who gets it."""
    console = output()
    console.print(legible(found.url), soft_wrap=True)
    rows = [(one.article, one.headline, _event(one.picture, timezone)) for one in found.told]
    console.print(table("article", "headline", "what its event says", rows=rows, whole=["article"]))
    console.print(legible(f"on record: {_words(found.on_record, timezone) or 'nothing'}"), soft_wrap=True)
    if found.history:
        console.print(table("when", "who", "what", "why", rows=_history(found.history, timezone), whole=["when"]))
    if found.passing:
        console.print(table("partner", "goes", "articles", "reason", rows=_passing(found.passing, timezone)))


def listed_table(found: Sequence[Listed], timezone: str) -> Table:
    """A line for each picture, with the articles that carry it."""
    together: dict[str, list[Listed]] = {}
    for one in found:
        together.setdefault(one.url, []).append(one)
    rows = [
        (url, same[0].caption, "\n".join(one.article for one in same), _whose(same, timezone))
        for url, same in together.items()
    ]
    return table("picture", "caption", "articles", "whose", rows=rows)


def _whose(same: Sequence[Listed], timezone: str) -> str:
    one = same[0]
    said = one.owner or ("undecided" if any(each.undecided for each in same) else "as credited")
    return f"{said}; {one.recorded_by}, {local(one.recorded_at, timezone)}" if one.recorded_at else said


def _history(history: Iterable[PictureRights], timezone: str) -> list[tuple[str, ...]]:
    return [(local(one.at, timezone), one.by, _words(one.said, timezone), one.reason) for one in history]


def _event(picture: Picture, timezone: str) -> str:
    rights = picture.rights
    told = {"caption": picture.caption, "credit_line": picture.credit_line, "taken_by": picture.taken_by}
    told |= {"owner": picture.owner}
    told |= {name: getattr(rights, name) for name in PERMISSION} if rights else {}
    return _words({name: value for name, value in told.items() if value}, timezone) or "nothing"


def _words(said: Said, timezone: str) -> str:
    return "; ".join(f"{_NAMES.get(name, name)}: {_in_words(value, timezone)}" for name, value in said.items())


def _in_words(value: object, timezone: str) -> str:
    if isinstance(value, datetime):
        return local(value, timezone)
    return ", ".join(value) or "none" if isinstance(value, tuple) else str(value or "none")


def _passing(passing: Sequence[Passing], timezone: str) -> list[tuple[str, str, str, str]]:
    """A line for each partner and answer: most pictures go, or stay here, for the same reason everywhere."""
    ordered = sorted(passing, key=lambda one: (one.audience, one.passes, one.reason, str(one.until)))
    rows = []
    for _, group in groupby(ordered, key=lambda one: (one.audience, one.passes, one.reason, one.until)):
        same = list(group)
        until = f" until\n{local(same[0].until, timezone)}" if same[0].until else ""
        goes = ("yes" if same[0].passes else "no") + until
        rows.append((same[0].name, goes, "\n".join(one.article for one in same), same[0].reason))
    return rows
