"""Feeds are written as files: what is owed, and what stands where."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OWED = sa.text("done < asked")


def upgrade() -> None:
    op.create_table(
        "feed_writings",
        sa.Column("feed_id", sa.Text(), sa.ForeignKey("feeds.id", name="fk_feed_writings_feed_id"), nullable=False),
        sa.Column("asked", COUNTER, nullable=False, comment="counts the reasons to write its files"),
        sa.Column("done", COUNTER, nullable=False, comment="the `asked` that was seen when they last were written"),
        sa.Column("since", MOMENT, nullable=False, comment="when the newest of these reasons came"),
        sa.Column("due_at", MOMENT, comment="not before; empty: now"),
        sa.Column("writer", sa.String(32), nullable=False, comment="who is writing them now"),
        sa.Column("leased_until", MOMENT),
        sa.Column("tries", sa.Integer(), nullable=False, comment="that failed, one after the other"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why the last try failed; empty: it didn't"),
        sa.PrimaryKeyConstraint("feed_id", name="pk_feed_writings"),
    )
    op.create_index("ix_feed_writings_owed", "feed_writings", ["feed_id"], sqlite_where=OWED, postgresql_where=OWED)
    op.create_table(
        "feed_files",
        sa.Column("store", sa.Text(), nullable=False, comment="where, as the settings have it"),
        sa.Column("feed_id", sa.Text(), sa.ForeignKey("feeds.id", name="fk_feed_files_feed_id"), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("format", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, comment="of the bytes that stand there; empty: not known"),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("store", "feed_id", "month", "format", name="pk_feed_files"),
    )
    op.execute(
        "INSERT INTO feed_writings (feed_id, asked, done, since, writer, tries, reason) "
        "SELECT id, 1, 0, built_at, '', 0, '' FROM feeds WHERE built_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("feed_files")
    op.drop_table("feed_writings")
