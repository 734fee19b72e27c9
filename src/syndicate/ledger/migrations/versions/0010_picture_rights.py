"""Which articles carry a picture, and what was recorded about its rights after it was published."""

import gzip
import hashlib
import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

AT_ONCE = 500
LIVE = """
    SELECT articles.id, contents.gzip FROM articles
    JOIN revisions ON revisions.article_id = articles.id AND revisions.revision = articles.head_revision
    JOIN contents ON contents.digest = revisions.digest
    WHERE revisions.kind IN ('published', 'updated') AND articles.id > :after ORDER BY articles.id LIMIT :many
"""


def upgrade() -> None:
    counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    carried = op.create_table(
        "article_pictures",
        sa.Column(
            "picture", sa.String(64), nullable=False, comment="digest of its url, which may be too long for an index"
        ),
        sa.Column(
            "article_id",
            sa.Text(),
            nullable=False,
            comment="whose newest revision carries it; none that is withdrawn",
        ),
        sa.Column("url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_article_pictures_article_id")),
        sa.PrimaryKeyConstraint("picture", "article_id", name=op.f("pk_article_pictures")),
    )
    op.create_index(op.f("ix_article_pictures_article_id"), "article_pictures", ["article_id"])
    op.create_table(
        "picture_rights",
        sa.Column("seq", counter, autoincrement=True, nullable=False),
        sa.Column("picture", sa.String(64), nullable=False, comment="digest of its url"),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False, comment="the fields that this entry says something about"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_picture_rights")),
    )
    op.create_index(op.f("ix_picture_rights_picture"), "picture_rights", ["picture"])
    _comment_on_expiry("when a right that it is owed under ends; none for a removal")
    for rows in _carried():
        op.bulk_insert(carried, rows)


def _comment_on_expiry(comment: str) -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite has no comments
        op.alter_column("deliveries", "expires_at", existing_type=sa.DateTime(timezone=True), comment=comment)


def _carried() -> Iterator[list[dict[str, str]]]:
    """What the newest revisions carry, as they are stored."""
    after = ""
    while found := op.get_bind().execute(sa.text(LIVE), {"after": after, "many": AT_ONCE}).all():
        yield [row for article_id, packed in found for row in _pictures(article_id, packed)]
        after = found[-1][0]


def _pictures(article_id: str, packed: bytes) -> Iterator[dict[str, str]]:
    for picture in json.loads(gzip.decompress(packed))["pictures"]:
        digest = hashlib.sha256(picture["url"].encode()).hexdigest()
        yield {"picture": digest, "article_id": article_id, "url": picture["url"]}


def downgrade() -> None:
    _comment_on_expiry("when the agreement's term is over; none for a removal")
    op.drop_index(op.f("ix_picture_rights_picture"), table_name="picture_rights")
    op.drop_table("picture_rights")
    op.drop_index(op.f("ix_article_pictures_article_id"), table_name="article_pictures")
    op.drop_table("article_pictures")
