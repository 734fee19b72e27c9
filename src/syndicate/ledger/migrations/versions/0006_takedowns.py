"""A withdrawal is complete for a partner only when its page is gone: what must be looked at, and what was seen."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = sa.text("gone_at IS NULL")
REMOVALS = sa.text("action = 'withdraw'")


def upgrade() -> None:
    counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "takedowns",
        sa.Column("delivery_seq", counter, autoincrement=False, nullable=False),
        sa.Column(
            "remote_url", sa.Text(), nullable=False, comment="the page that must be gone, as the partner named it"
        ),
        sa.Column("deadline", moment, nullable=False, comment="when it is overdue"),
        sa.Column("due_at", moment, nullable=False, comment="of the next look, or when the one under way has failed"),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("looked_at", moment),
        sa.Column("status", sa.Integer(), comment="what the page answered last, if it did"),
        sa.Column("reason", sa.Text(), nullable=False, comment="what the last look has shown, in words"),
        sa.Column("gone_at", moment),
        sa.ForeignKeyConstraint(["delivery_seq"], ["deliveries.seq"], name=op.f("fk_takedowns_delivery_seq")),
        sa.PrimaryKeyConstraint("delivery_seq", name=op.f("pk_takedowns")),
    )
    op.create_index("ix_takedowns_due", "takedowns", ["due_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(
        "ix_deliveries_withdrawals", "deliveries", ["article_id"], sqlite_where=REMOVALS, postgresql_where=REMOVALS
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_withdrawals", table_name="deliveries")
    op.drop_index("ix_takedowns_due", table_name="takedowns")
    op.drop_table("takedowns")
