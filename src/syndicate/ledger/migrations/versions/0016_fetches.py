"""Tokens that another takes the place of; and who fetched which version of a feed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

UNCHANGED = sa.text("status = 304")


def upgrade() -> None:
    moment, counter = sa.DateTime(timezone=True), sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    said = "from then on it opens nothing, because another has taken its place"
    op.add_column("tokens", sa.Column("ends_at", moment, comment=said))
    op.add_column("tokens", sa.Column("successor", sa.String(16), comment="the token that has"))
    op.create_table(
        "fetches",
        sa.Column("seq", counter, autoincrement=True, nullable=False),
        sa.Column("token_id", sa.String(16), nullable=False),
        sa.Column("partner_id", sa.Text(), nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("format", sa.String(20), nullable=False),
        sa.Column("month", sa.String(7), nullable=False, comment="of an archive; empty: the subscription document"),
        sa.Column("status", sa.Integer(), nullable=False, comment="200, 226, or 304: they have had this version"),
        sa.Column("digest", sa.String(64), nullable=False, comment="of the version, before compression"),
        sa.Column("build", counter, nullable=False, comment="the feed's newest when this version was served"),
        sa.Column("bytes", sa.Integer(), nullable=False, comment="of the body as it travelled"),
        sa.Column("at", moment, nullable=False),
        sa.Column(
            "last_at", moment, nullable=False, comment="of a 304 that was answered again and again, the last time"
        ),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_fetches")),
    )
    op.create_index("ix_fetches_partner_id", "fetches", ["partner_id", "seq"])
    op.create_index("ix_fetches_feed_id", "fetches", ["feed_id", "build"])
    op.create_index("ix_fetches_last_at", "fetches", ["last_at"])
    columns = ["token_id", "feed_id", "build"]
    op.create_index("ix_fetches_unchanged", "fetches", columns, sqlite_where=UNCHANGED, postgresql_where=UNCHANGED)


def downgrade() -> None:
    for name in ("unchanged", "last_at", "feed_id", "partner_id"):
        op.drop_index(f"ix_fetches_{name}", table_name="fetches")
    op.drop_table("fetches")
    op.drop_column("tokens", "successor")
    op.drop_column("tokens", "ends_at")
