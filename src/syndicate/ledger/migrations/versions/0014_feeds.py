"""Feeds are made of entries that are kept: with archives, tombstones, and what changed since an earlier version."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDS, GONE = sa.text("version <> ''"), sa.text("gone_at IS NOT NULL")


def upgrade() -> None:
    op.execute("ALTER TABLE feeds RENAME COLUMN selection TO form")
    said = "counts the builds that changed anything"
    op.add_column("feeds", sa.Column("build", COUNTER, nullable=False, server_default="0", comment=said))
    _words()
    _entries()
    _bytes()
    _documents()
    op.drop_table("feed_renditions")
    op.execute("UPDATE feeds SET form = '', dirty_seq = dirty_seq + 1")  # each is built again, whole


def _words() -> None:
    """What the columns are said to be; SQLite keeps no words."""
    if op.get_bind().dialect.name == "postgresql":
        for name, words in (
            ("changed_at", "when the newest of what it holds changed; stands in the bytes"),
            ("built_at", "when a build last changed anything"),
            ("form", "digest of what every document is written under"),
        ):
            op.execute(sa.text(f"COMMENT ON COLUMN feeds.{name} IS '{words}'"))


def _entries() -> None:
    op.create_table(
        "feed_entries",
        sa.Column("feed_id", sa.Text(), sa.ForeignKey("feeds.id", name=op.f("fk_feed_entries_feed_id"))),
        sa.Column("article_id", sa.Text(), sa.ForeignKey("articles.id", name=op.f("fk_feed_entries_article_id"))),
        sa.Column("asked", COUNTER, nullable=False, comment="the feed's dirty_seq when it was asked for last"),
        sa.Column("looked", COUNTER, nullable=False, comment="the `asked` that a build has last seen"),
        sa.Column("version", sa.String(64), nullable=False, comment="digest of what its bytes come from; none: out"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("published_at", MOMENT),
        sa.Column("moved_at", MOMENT, comment="when the answer was given that it stands in the feed by"),
        sa.Column("month", sa.String(7), nullable=False, comment="of publication, by the publisher's clocks"),
        sa.Column("build", COUNTER, nullable=False, comment="the feed's build that last changed it"),
        sa.Column("gone_at", MOMENT, comment="when it was taken back, having stood in the feed"),
        sa.PrimaryKeyConstraint("feed_id", "article_id", name=op.f("pk_feed_entries")),
    )
    behind = sa.text("looked < asked")
    for name, columns, condition in (
        ("ix_feed_entries_asked", ["feed_id", "asked"], behind),
        ("ix_feed_entries_window", ["feed_id", "moved_at", "published_at"], STANDS),
        ("ix_feed_entries_month", ["feed_id", "month"], STANDS),
        ("ix_feed_entries_gone", ["feed_id", "gone_at"], GONE),
        ("ix_feed_entries_build", ["feed_id", "build"], None),
        ("ix_feed_entries_version", ["version"], None),
    ):
        op.create_index(name, "feed_entries", columns, sqlite_where=condition, postgresql_where=condition)


def _bytes() -> None:
    op.create_table(
        "entry_bytes",
        sa.Column("version", sa.String(64)),
        sa.Column("format", sa.String(20)),
        sa.Column(
            "article_id",
            sa.Text(),
            sa.ForeignKey("articles.id", name=op.f("fk_entry_bytes_article_id")),
            nullable=False,
        ),
        sa.Column("deflated", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version", "format", name=op.f("pk_entry_bytes")),
    )
    op.create_index(op.f("ix_entry_bytes_article_id"), "entry_bytes", ["article_id"])


def _documents() -> None:
    op.create_table(
        "feed_documents",
        sa.Column("feed_id", sa.Text(), sa.ForeignKey("feeds.id", name=op.f("fk_feed_documents_feed_id"))),
        sa.Column("month", sa.String(7), comment="of an archive; empty: the subscription document"),
        sa.Column("format", sa.String(20)),
        sa.Column(
            "digest",
            sa.String(64),
            sa.ForeignKey("contents.digest", name=op.f("fk_feed_documents_digest")),
            nullable=False,
        ),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("zstd", sa.LargeBinary(), comment="the same bytes, compressed as RFC 8878 has it"),
        sa.Column("built_at", MOMENT, nullable=False, comment="when these bytes were first served: Last-Modified"),
        sa.PrimaryKeyConstraint("feed_id", "month", "format", name=op.f("pk_feed_documents")),
    )
    op.create_index(op.f("ix_feed_documents_digest"), "feed_documents", ["digest"])
    op.execute(
        "INSERT INTO feed_documents (feed_id, month, format, digest, media_type, built_at)"
        " SELECT feed_id, '', format, digest, media_type, built_at"
        " FROM feed_renditions JOIN feeds ON feeds.id = feed_id WHERE built_at IS NOT NULL"
    )
    op.create_table(
        "feed_versions",
        sa.Column("feed_id", sa.Text(), sa.ForeignKey("feeds.id", name=op.f("fk_feed_versions_feed_id"))),
        sa.Column("format", sa.String(20)),
        sa.Column("digest", sa.String(64)),
        sa.Column("build", COUNTER, nullable=False, comment="the newest build that gave these bytes"),
        sa.Column("served_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "format", "digest", name=op.f("pk_feed_versions")),
    )


def downgrade() -> None:
    op.create_table(
        "feed_renditions",
        sa.Column("feed_id", sa.Text(), sa.ForeignKey("feeds.id", name=op.f("fk_feed_renditions_feed_id"))),
        sa.Column("format", sa.String(20)),
        sa.Column(
            "digest",
            sa.String(64),
            sa.ForeignKey("contents.digest", name=op.f("fk_feed_renditions_digest")),
            nullable=False,
        ),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "format", name=op.f("pk_feed_renditions")),
    )
    op.create_index(op.f("ix_feed_renditions_digest"), "feed_renditions", ["digest"])
    op.execute(
        "INSERT INTO feed_renditions (feed_id, format, digest, media_type)"
        " SELECT feed_id, format, digest, media_type FROM feed_documents WHERE month = ''"
    )
    for name in ("feed_versions", "feed_documents", "entry_bytes", "feed_entries"):
        op.drop_table(name)
    op.drop_column("feeds", "build")
    op.execute("ALTER TABLE feeds RENAME COLUMN form TO selection")
    op.execute("UPDATE feeds SET selection = '', dirty_seq = dirty_seq + 1")
