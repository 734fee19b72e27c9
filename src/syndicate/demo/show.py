"""Shows who got what, and who didn't and why, in a table that fits a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from syndicate.demo.expect import standing
from syndicate.model.clearance import PUBLIC
from syndicate.monitor.why import Why

MARKS = {
    "delivered": "[green]✓ delivered[/]",
    "corrected": "[green]✓ corrected[/]",
    "withdrawn": "[magenta]↩ withdrawn[/]",
    "refused": "[red]✗ refused[/]",
    "held": "[yellow]… held[/]",
    "waiting": "[yellow]… waiting[/]",
    "sending": "[cyan]→ sending[/]",
    "failed": "[red]! failed[/]",
    "unplanned": "[dim]… planning[/]",
}


def table(found: Sequence[Why], *, title: str) -> Table:
    """Every article by every partner."""
    drawn = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    drawn.add_column("article", overflow="ellipsis", no_wrap=True, max_width=20)
    partners = [part for part in found[0].explanations if part.audience != PUBLIC] if found else []
    for partner in partners:
        drawn.add_column(escape(partner.name), no_wrap=True, min_width=11)
    for one in found:
        stood = {part.audience: standing(part) for part in one.explanations}
        cells = [MARKS.get(stood.get(partner.audience, ""), "") for partner in partners]
        drawn.add_row(escape(one.headline), *cells)
    return drawn


def reasons(found: Sequence[Why]) -> list[str]:
    """Why somebody did not get something: one line for each reason, and whom it kept from what."""
    kept: dict[str, list[str]] = {}
    for one in found:
        for part in one.explanations:
            if part.audience == PUBLIC:
                continue
            if standing(part) in ("refused", "held"):
                kept.setdefault(part.reason, []).append(part.name)
            for picture in part.pictures:
                if not picture.passed:
                    kept.setdefault(f"picture left out: {picture.reason}", []).append(part.name)
    return [f"{escape(reason)}\n    [dim]{escape(_told(names))}[/]" for reason, names in kept.items()]


def _told(names: Sequence[str]) -> str:
    return ", ".join(f"{name} × {names.count(name)}" for name in dict.fromkeys(names))
