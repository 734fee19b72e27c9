"""What was ever owed to a destination, in order, and what has become of it?"""

from collections.abc import Sequence

from syndicate.ledger import deliveries as rows
from syndicate.ledger.database import Ledger
from syndicate.model.delivery import Action, State
from syndicate.model.record import Moment, Record


class Owed(Record):
    """One delivery. `number` counts what was owed to the destination: 1, 2, 3 ... without a gap."""

    destination: str
    number: int
    id: str
    article: str
    revision: int
    action: Action
    state: State
    tries: int
    reason: str
    due_at: Moment | None
    settled_at: Moment | None


def deliveries(ledger: Ledger, destinations: Sequence[str], *, last: int | None = None) -> list[Owed]:
    """The deliveries to these destinations, or the last so many to each, in the order in which they were owed."""
    with ledger.read() as connection:
        found = [row for name in destinations for row in rows.of_destination(connection, name, last=last)]
    return [
        Owed(
            destination=row.destination_id,
            number=row.number,
            id=row.id,
            article=row.article_id,
            revision=row.revision,
            action=row.action,
            state=row.state,
            tries=row.tries,
            reason=row.reason,
            due_at=row.due_at,
            settled_at=row.settled_at,
        )
        for row in found
    ]
