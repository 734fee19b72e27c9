"""Bytes of what was settled long ago are dropped; the row says when."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEPT = sa.text("kept_until IS NULL AND body IS NOT NULL AND settled_at IS NOT NULL")


def upgrade() -> None:
    op.add_column(
        "deliveries",
        sa.Column(
            "kept_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when retention dropped its bytes; none: they are here, or never were",
        ),
    )
    op.create_index("ix_deliveries_kept", "deliveries", ["settled_at"], sqlite_where=KEPT, postgresql_where=KEPT)
    # Without these, dropping a content reads all revisions and renditions to see that it is none of theirs.
    op.create_index(op.f("ix_revisions_digest"), "revisions", ["digest"])
    op.create_index(op.f("ix_feed_renditions_digest"), "feed_renditions", ["digest"])


def downgrade() -> None:
    op.drop_index(op.f("ix_feed_renditions_digest"), table_name="feed_renditions")
    op.drop_index(op.f("ix_revisions_digest"), table_name="revisions")
    op.drop_index("ix_deliveries_kept", table_name="deliveries")
    op.drop_column("deliveries", "kept_until")
