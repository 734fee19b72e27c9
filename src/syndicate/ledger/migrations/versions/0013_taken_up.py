"""What follows from new terms by themselves is seen to once."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    said = "when that was seen to which follows from the terms by themselves"
    op.add_column("agreements", sa.Column("taken_up_at", moment, comment=said))
    op.execute("UPDATE agreements SET taken_up_at = since")


def downgrade() -> None:
    op.drop_column("agreements", "taken_up_at")
