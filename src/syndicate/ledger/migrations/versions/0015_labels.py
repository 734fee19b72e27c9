"""What feeds are chosen by besides sections: keywords, authors, and whose words they are, of every revision."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

AT_ONCE = 500
WORDS = """
    SELECT revisions.article_id, revisions.revision, contents.gzip FROM revisions
    JOIN contents ON contents.digest = revisions.digest
    WHERE revisions.kind IN ('published', 'updated')
    AND (revisions.article_id > :article OR (revisions.article_id = :article AND revisions.revision > :revision))
    ORDER BY revisions.article_id, revisions.revision LIMIT :many
"""


def upgrade() -> None:
    labels = op.create_table(
        "revision_labels",
        sa.Column("kind", sa.String(10), nullable=False, comment="keyword, author, or words: own, mixed or reprint"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_revision_labels_article_id")),
        sa.PrimaryKeyConstraint("kind", "name", "article_id", "revision", name=op.f("pk_revision_labels")),
    )
    op.create_index(op.f("ix_revision_labels_article_id"), "revision_labels", ["article_id"])
    for rows in _labelled():
        op.bulk_insert(labels, rows)


def _labelled() -> Iterator[list[dict[str, object]]]:
    after: tuple[str, int] = ("", 0)
    while found := _words(*after):
        yield [
            {"kind": kind, "name": name, "article_id": article_id, "revision": number}
            for article_id, number, packed in found
            for kind, name in _labels(json.loads(gzip.decompress(packed)))
        ]
        after = (found[-1][0], found[-1][1])


def _words(article_id: str, number: int) -> list[tuple[str, int, bytes]]:
    where = {"article": article_id, "revision": number, "many": AT_ONCE}
    return [(row[0], row[1], row[2]) for row in op.get_bind().execute(sa.text(WORDS), where)]


def _labels(article: dict[str, Any]) -> list[tuple[str, str]]:
    kind = article["origin"]["kind"]
    people = [] if kind == "reprint" else article.get("reporters", []) + article.get("correspondents", [])
    found = [("keyword", name) for name in article.get("keywords", [])] + [("author", name) for name in people]
    return list(dict.fromkeys([*found, ("words", kind)]))


def downgrade() -> None:
    op.drop_index(op.f("ix_revision_labels_article_id"), table_name="revision_labels")
    op.drop_table("revision_labels")
