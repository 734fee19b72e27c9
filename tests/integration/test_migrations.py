"""What a migration does to rows that are there already: on both databases."""

from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import update

from syndicate.ledger import tables
from syndicate.ledger.database import Ledger
from tests.builders import an_event
from tests.fakes.rehearsal import Rehearsal


def upgrade(ledger: Ledger, name: str) -> None:
    """Run one migration's upgrade, whatever the ledger's shape is called."""
    with ledger.write() as connection, Operations.context(MigrationContext.configure(connection)):
        import_module(f"syndicate.ledger.migrations.versions.{name}").upgrade()


def test_removals_that_an_older_version_owed_go_by_their_own_lane(system: Rehearsal):
    system.partner()
    system.publish(an_event())
    system.tell(an_event("withdrawn", version=2))
    system.run_next()
    with system.ledger.write() as connection:
        removals = tables.deliveries.c.action == "withdraw"
        connection.execute(update(tables.deliveries).where(removals).values(lane="withdraw"))

    upgrade(system.ledger, "0011_retract_lane")

    assert [(row.action, row.lane) for row in system.rows()] == [("publish", "deliver"), ("withdraw", "retract")]
