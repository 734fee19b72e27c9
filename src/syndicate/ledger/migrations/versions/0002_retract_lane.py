"""Removals are sent in a lane of their own."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE deliveries SET lane = 'retract' WHERE lane = 'withdraw'")


def downgrade() -> None:
    op.execute("UPDATE deliveries SET lane = 'withdraw' WHERE lane = 'retract'")
