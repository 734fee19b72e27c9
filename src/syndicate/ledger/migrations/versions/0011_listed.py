"""The source list, and which articles carry others' words."""

import gzip
import json

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

AT_ONCE = 500
OTHERS = sa.text("words_of IS NOT NULL")


def upgrade() -> None:
    counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "source_editions",
        sa.Column("seq", counter, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="such as 2025-06"),
        sa.Column("starts", sa.Date(), nullable=False, comment="the first day that it counts"),
        sa.Column("starts_at", moment, nullable=False, comment="when that day began at the publisher"),
        sa.Column("units", sa.Integer(), nullable=False, comment="how many"),
        sa.Column("digest", sa.String(64), nullable=False, comment="of its first day and its units"),
        sa.Column("by", sa.Text(), nullable=False, comment="who imported it"),
        sa.Column("imported_at", moment, nullable=False),
        sa.Column("counted_at", moment, comment="when live articles were to be decided by it; none: not yet"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_source_editions")),
        sa.UniqueConstraint("name", name=op.f("uq_source_editions_name")),
    )
    op.create_index(op.f("ix_source_editions_starts_at"), "source_editions", ["starts_at"])
    op.create_table(
        "source_units",
        sa.Column("edition_seq", counter, nullable=False),
        sa.Column("folded", sa.Text(), nullable=False, comment="its name as names are compared"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="its place on the list, from 1"),
        sa.Column(
            "further", sa.JSON(), nullable=False, comment="what stands beside it, such as its level and province"
        ),
        sa.ForeignKeyConstraint(["edition_seq"], ["source_editions.seq"], name=op.f("fk_source_units_edition_seq")),
        sa.PrimaryKeyConstraint("edition_seq", "folded", name=op.f("pk_source_units")),
    )
    op.add_column(
        "articles",
        sa.Column(
            "words_of", sa.Text(), nullable=True, comment="of the newest revision: whose words it carries; none: ours"
        ),
    )
    _tell_whose_words(op.get_bind())
    op.create_index("ix_articles_words_of", "articles", ["id"], sqlite_where=OTHERS, postgresql_where=OTHERS)


def downgrade() -> None:
    op.drop_index("ix_articles_words_of", table_name="articles")
    op.drop_column("articles", "words_of")
    op.drop_table("source_units")
    op.drop_table("source_editions")


def _tell_whose_words(connection: sa.Connection) -> None:
    """Read it off the newest revision of every article that isn't withdrawn."""
    newest = sa.text(
        "SELECT articles.id, contents.gzip FROM articles JOIN revisions ON revisions.article_id = articles.id "
        "AND revisions.revision = articles.head_revision JOIN contents ON contents.digest = revisions.digest "
        "WHERE articles.id > :after AND NOT articles.withdrawn ORDER BY articles.id LIMIT :many"
    )
    after = ""
    while rows := connection.execute(newest, {"after": after, "many": AT_ONCE}).all():
        for row in rows:
            origin = json.loads(gzip.decompress(row.gzip)).get("origin", {})
            if origin.get("kind") == "reprint":
                told = {"id": row.id, "source": origin["source"]}
                connection.execute(sa.text("UPDATE articles SET words_of = :source WHERE id = :id"), told)
        after = rows[-1].id
