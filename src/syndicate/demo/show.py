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
    "taken back": "[magenta]↩ taken back[/]",
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
    drawn.add_column("article", overflow="ellipsis", no_wrap=True, max_width=24)
    partners = [part for part in found[0].explanations if part.audience != PUBLIC] if found else []
    for partner in partners:
        drawn.add_column(escape(partner.name), no_wrap=True, min_width=12)
    for one in found:
        stood = {part.audience: standing(part) for part in one.explanations}
        cells = [MARKS.get(stood.get(partner.audience, ""), "") for partner in partners]
        drawn.add_row(escape(one.headline), *cells)
    return drawn


def reasons(found: Sequence[Why]) -> list[str]:
    """Why somebody did not get something: one line for each reason, with whom and what it kept from them."""
    kept: dict[str, list[str]] = {}
    for one in found:
        for part in one.explanations:
            if part.audience != PUBLIC and standing(part) in ("refused", "held"):
                kept.setdefault(part.reason, []).append(f"{part.name}《{one.headline[:12]}…》")
            for picture in part.pictures:
                if part.audience != PUBLIC and not picture.passed:
                    kept.setdefault(f"picture left out: {picture.reason}", []).append(part.name)
    return [f"{reason}  [dim]— {escape(_few(who))}[/]" for reason, who in kept.items()]


def _few(who: Sequence[str]) -> str:
    names = list(dict.fromkeys(who))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
