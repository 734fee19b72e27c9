"""What persons have decided about articles: who, when and why. Rows are only ever added; the newest counts."""

from sqlalchemy import Connection, insert, select

from syndicate.ledger.tables import rulings
from syndicate.model.clearance import Ruling

ALL = ""  # stands for every audience


def add(connection: Connection, article_id: str, audience: str, ruling: Ruling) -> None:
    """Write down a decision for one audience, or for `ALL`."""
    told = ruling.model_dump() | {"article_id": article_id, "audience": audience}
    connection.execute(insert(rulings).values(told))


def of_article(connection: Connection, article_id: str) -> dict[str, Ruling]:
    """The newest decision for each audience that has one, the newest of all last."""
    rows = connection.execute(select(rulings).where(rulings.c.article_id == article_id).order_by(rulings.c.seq))
    found: dict[str, Ruling] = {}
    for row in rows:
        found.pop(row.audience, None)
        found[row.audience] = Ruling(
            decision=row.decision, by=row.by, reason=row.reason, at=row.at, asked=tuple(row.asked)
        )
    return found
