"""A delivery may bring a feed to whoever has subscribed to it; topics say how far each feed has come."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

REFERENCE = "CONSTRAINT fk_deliveries_article_id FOREIGN KEY(article_id) REFERENCES articles (id)"


def upgrade() -> None:
    _drop_reference()
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "topics",
        sa.Column(
            "id", sa.Text(), nullable=False, comment="the path of its address: where a delivery has an article's id"
        ),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="grows when its bytes change: where an article has a revision",
        ),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="of the bytes of this version"),
        sa.Column("changed_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(length=40), nullable=False, comment="derived from topic and callback"),
        sa.Column("topic_id", sa.Text(), nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False, comment="a partner's id, or public"),
        sa.Column("destination_id", sa.Text(), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False, comment="of the callback"),
        sa.Column("state", sa.String(length=10), nullable=False, comment="asked: never confirmed; active; ended"),
        sa.Column("lease_until", moment),
        sa.Column(
            "token_id", sa.String(length=16), comment="of the token that opens the partner's feed: with it, this ends"
        ),
        sa.Column(
            "intent",
            sa.String(length=12),
            comment="what was asked for, or is to be told, and is not settled; none: nothing",
        ),
        sa.Column("intent_at", moment, comment="when it was asked for"),
        sa.Column("intent_lease_s", sa.Integer(), nullable=False),
        sa.Column("intent_sealed", sa.Text(), nullable=False, comment="topic as it was given, and secret: encrypted"),
        sa.Column("intent_token_id", sa.String(length=16)),
        sa.Column("intent_reason", sa.Text(), nullable=False, comment="why it is denied"),
        sa.Column("due_at", moment, comment="when the callback is to be asked, or when whoever asks it has failed"),
        sa.Column("tries", sa.Integer(), nullable=False, comment="at this intent"),
        sa.Column("asked_at", moment, comment="when the callback was asked last"),
        sa.Column("said", sa.Text(), nullable=False, comment="what that has shown, in words"),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("ended_at", moment),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("destination_id", name=op.f("uq_subscriptions_destination_id")),
    )
    op.create_index(op.f("ix_subscriptions_host"), "subscriptions", ["host"])
    _partial_index("ix_subscriptions_active", ["topic_id"], "state = 'active'")
    _partial_index("ix_subscriptions_private", ["audience"], "state = 'active' AND audience <> 'public'")
    _partial_index("ix_subscriptions_lease", ["lease_until"], "state = 'active'")
    _partial_index("ix_subscriptions_due", ["due_at"], "due_at IS NOT NULL")


def downgrade() -> None:
    op.drop_table("subscriptions")
    op.drop_table("topics")
    brought = "SELECT seq FROM deliveries WHERE article_id LIKE '/feeds/%'"
    op.execute(f"DELETE FROM attempts WHERE delivery_seq IN ({brought})")
    op.execute(f"DELETE FROM deliveries WHERE seq IN ({brought})")
    if op.get_bind().dialect.name == "sqlite":
        _rewrite("PRIMARY KEY (seq)", f"{REFERENCE}, PRIMARY KEY (seq)", before="CONSTRAINT pk_deliveries ")
    else:
        op.create_foreign_key("fk_deliveries_article_id", "deliveries", "articles", ["article_id"], ["id"])


def _drop_reference() -> None:
    """SQLite can't drop a constraint; its manual says how to take one out where nothing else changes (ALTER TABLE, 7).

    The other way, a new table in the old one's place, is closed: three tables refer to its rows.
    """
    if op.get_bind().dialect.name == "sqlite":
        _rewrite(f"{REFERENCE}, ", "")
    else:
        op.drop_constraint("fk_deliveries_article_id", "deliveries", type_="foreignkey")


def _rewrite(old: str, new: str, *, before: str = "") -> None:
    connection = op.get_bind()
    (sql,) = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = 'deliveries'")).one()
    plain = " ".join(sql.split())
    if before + old not in plain:
        raise RuntimeError(f"the table deliveries is not as it should be: it has no {before + old}")
    number = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    written = plain.replace(before + old, new if not before else new.replace("PRIMARY", f"{before}PRIMARY"))
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = 'deliveries'"), {"sql": written}
    )
    connection.execute(sa.text(f"PRAGMA schema_version = {number + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))


def _partial_index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "subscriptions", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
