"""The first shape of the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreements",
        sa.Column("partner_id", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("partner_id", "version", name=op.f("pk_agreements")),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False, comment="tag URI, minted once, never changed, never used again"),
        sa.Column("head_revision", sa.Integer(), nullable=False),
        sa.Column("planned_revision", sa.Integer(), nullable=False, comment="behind the head: a plan is owed"),
        sa.Column(
            "plans", sa.Integer(), nullable=False, comment="how often it was planned: who plans notices who was faster"
        ),
        sa.Column(
            "plan_due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when a hold lapses and the plan must be made again",
        ),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="the newest version the CMS has told"),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column(
            "first_published",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="none: withdrawn before we ever saw it",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("uri", name=op.f("uq_articles_uri")),
    )
    op.create_index(op.f("ix_articles_first_published"), "articles", ["first_published"], unique=False)
    op.create_index(
        "ix_articles_owed",
        "articles",
        ["id"],
        unique=False,
        sqlite_where=sa.text("planned_revision < head_revision"),
        postgresql_where=sa.text("planned_revision < head_revision"),
    )
    op.create_index(op.f("ix_articles_plan_due_at"), "articles", ["plan_due_at"], unique=False)
    op.create_table(
        "beats",
        sa.Column("lane", sa.String(length=10), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lane", "worker", name=op.f("pk_beats")),
    )
    op.create_table(
        "contents",
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the bytes before compression"),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column(
            "gzip",
            sa.LargeBinary(),
            nullable=False,
            comment="the bytes as one gzip member, ready to be served as it is",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_contents")),
    )
    op.create_table(
        "destinations",
        sa.Column("id", sa.Text(), nullable=False, comment="partner/name"),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("partner_id", sa.Text(), nullable=False),
        sa.Column(
            "document", sa.JSON(), nullable=False, comment="settings and the names of its secrets, never a secret"
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_destinations")),
    )
    op.create_table(
        "events",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column(
            "revision", sa.Integer(), nullable=True, comment="the revision it made; none when it changed nothing"
        ),
        sa.Column("outcome", sa.String(length=20), nullable=False, comment="accepted, or ignored with the reason"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False, comment="what was put right on the way in"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
        sa.UniqueConstraint("source", "id", name=op.f("uq_events_source_id")),
    )
    op.create_index(op.f("ix_events_article_id"), "events", ["article_id"], unique=False)
    op.create_table(
        "feeds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("dirty_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("built_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False, comment="what is unbuilt takes something back"),
        sa.Column(
            "dirty_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when the newest cause of a rebuild happened",
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the content last changed, by its cause; stands in the bytes",
        ),
        sa.Column(
            "built_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when these bytes were first served: Last-Modified",
        ),
        sa.Column(
            "selection", sa.String(length=64), nullable=False, comment="digest of what was selected, to skip no-ops"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
    )
    op.create_index(
        "ix_feeds_unbuilt",
        "feeds",
        ["id"],
        unique=False,
        sqlite_where=sa.text("built_seq < dirty_seq"),
        postgresql_where=sa.text("built_seq < dirty_seq"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("partner_id", sa.Text(), nullable=True, comment="whose feed it opens"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
    )
    op.create_table(
        "clearances",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False, comment="a partner's id, or public"),
        sa.Column("edition", sa.Integer(), nullable=False, comment="grows when the answer or the terms change"),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("terms", sa.String(length=12), nullable=False),
        sa.Column("pictures", sa.JSON(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_clearances_article_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_clearances")),
        sa.UniqueConstraint(
            "article_id",
            "revision",
            "audience",
            "edition",
            name=op.f("uq_clearances_article_id_revision_audience_edition"),
        ),
    )
    op.create_index("ix_clearances_audience", "clearances", ["audience", "article_id", "revision"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Text(), nullable=False),
        sa.Column("destination_id", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("lane", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the agreement's term is over; none for a removal",
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column(
            "body",
            sa.String(length=64),
            nullable=True,
            comment="digest of the bytes; frozen, so that a key never carries two contents",
        ),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "patient_since", sa.DateTime(timezone=True), nullable=False, comment="when it was owed, or replayed last"
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_deliveries_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index("ix_deliveries_article_id", "deliveries", ["article_id", "destination_id"], unique=False)
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["lane", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_deliveries_expiring",
        "deliveries",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_deliveries_leased",
        "deliveries",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_table(
        "feed_renditions",
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["contents.digest"], name=op.f("fk_feed_renditions_digest")),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_feed_renditions_feed_id")),
        sa.PrimaryKeyConstraint("feed_id", "format", name=op.f("pk_feed_renditions")),
    )
    op.create_table(
        "revisions",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="published, updated or withdrawn"),
        sa.Column("event_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("section", sa.Text(), nullable=False, comment="the path, each name followed by ' > '"),
        sa.Column(
            "updated",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="moves with significant changes only, never backwards",
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_revisions_article_id")),
        sa.ForeignKeyConstraint(["digest"], ["contents.digest"], name=op.f("fk_revisions_digest")),
        sa.ForeignKeyConstraint(["event_seq"], ["events.seq"], name=op.f("fk_revisions_event_seq")),
        sa.PrimaryKeyConstraint("article_id", "revision", name=op.f("pk_revisions")),
    )
    op.create_table(
        "attempts",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("delivery_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_attempts_delivery_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_delivery_id"), "attempts", ["delivery_id"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("delivery_id", sa.String(length=40), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("remote_url", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_receipts_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_receipts")),
    )


def downgrade() -> None:
    op.drop_table("receipts")
    op.drop_index(op.f("ix_attempts_delivery_id"), table_name="attempts")
    op.drop_table("attempts")
    op.drop_table("revisions")
    op.drop_table("feed_renditions")
    op.drop_index(
        "ix_deliveries_leased",
        table_name="deliveries",
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.drop_index(
        "ix_deliveries_expiring",
        table_name="deliveries",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(
        "ix_deliveries_due",
        table_name="deliveries",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index("ix_deliveries_article_id", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index("ix_clearances_audience", table_name="clearances")
    op.drop_table("clearances")
    op.drop_table("tokens")
    op.drop_index(
        "ix_feeds_unbuilt",
        table_name="feeds",
        sqlite_where=sa.text("built_seq < dirty_seq"),
        postgresql_where=sa.text("built_seq < dirty_seq"),
    )
    op.drop_table("feeds")
    op.drop_index(op.f("ix_events_article_id"), table_name="events")
    op.drop_table("events")
    op.drop_table("destinations")
    op.drop_table("contents")
    op.drop_table("beats")
    op.drop_index(op.f("ix_articles_plan_due_at"), table_name="articles")
    op.drop_index(
        "ix_articles_owed",
        table_name="articles",
        sqlite_where=sa.text("planned_revision < head_revision"),
        postgresql_where=sa.text("planned_revision < head_revision"),
    )
    op.drop_index(op.f("ix_articles_first_published"), table_name="articles")
    op.drop_table("articles")
    op.drop_table("agreements")
