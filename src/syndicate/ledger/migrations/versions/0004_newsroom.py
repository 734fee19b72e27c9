"""Packages, derived stories, and embargoes that feeds know of."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "articles",
        sa.Column(
            "embargo_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="of the newest revision: until then it is in no feed",
        ),
    )
    op.add_column(
        "articles",
        sa.Column(
            "derived_from", sa.Text(), nullable=True, comment="of the newest revision: the story it was made from"
        ),
    )
    op.create_index(op.f("ix_articles_derived_from"), "articles", ["derived_from"], unique=False)
    op.create_table(
        "package_items",
        sa.Column("package_id", sa.Text(), nullable=False, comment="by its newest revision, not withdrawn"),
        sa.Column("item_id", sa.Text(), nullable=False, comment="an article it collects; we needn't have seen it"),
        sa.ForeignKeyConstraint(["package_id"], ["articles.id"], name=op.f("fk_package_items_package_id")),
        sa.PrimaryKeyConstraint("package_id", "item_id", name=op.f("pk_package_items")),
    )
    op.create_index(op.f("ix_package_items_item_id"), "package_items", ["item_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_package_items_item_id"), table_name="package_items")
    op.drop_table("package_items")
    op.drop_index(op.f("ix_articles_derived_from"), table_name="articles")
    op.drop_column("articles", "derived_from")
    op.drop_column("articles", "embargo_until")
