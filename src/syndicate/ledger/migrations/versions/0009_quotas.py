"""Quotas are counted by what was first cleared for a partner in a time."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_CLEARED = sa.text("decision = 'cleared'")


def upgrade() -> None:
    op.create_index(
        "ix_clearances_cleared",
        "clearances",
        ["audience", "decided_at"],
        sqlite_where=_CLEARED,
        postgresql_where=_CLEARED,
    )


def downgrade() -> None:
    op.drop_index("ix_clearances_cleared", table_name="clearances")
