"""An agreement may let a partner keep what it has: a refusal says so."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "clearances",
        sa.Column("keeps", sa.Boolean(), nullable=False, server_default=sa.false(), comment="who has it may keep it"),
    )


def downgrade() -> None:
    op.drop_column("clearances", "keeps")
