"""What persons have decided about articles."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "rulings",
        sa.Column("seq", counter, autoincrement=True, nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False, comment="a partner's id, or public; empty: all"),
        sa.Column("decision", sa.String(10), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False, comment="the contributors who had been asked by then"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_rulings_article_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_rulings")),
    )
    op.create_index(op.f("ix_rulings_article_id"), "rulings", ["article_id"])


def downgrade() -> None:
    op.drop_table("rulings")
