"""Deliveries stand in line by destination, and every destination has a health.

Deliveries get a number of their own, `seq`, by which attempts and receipts know them, so that what is written together
lies together. Manifests go to the contents.
"""

import gzip
import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOVED = ("deliveries", "attempts", "receipts")


def upgrade() -> None:
    connection = op.get_bind()
    for table in MOVED:
        connection.execute(sa.text(f"CREATE TABLE {table}_before AS SELECT * FROM {table}"))
    for table in reversed(MOVED):
        op.drop_table(table)
    _create()
    _keep_manifests(connection)
    _fill(connection)
    for table in MOVED:
        op.drop_table(f"{table}_before")


def _keep_manifests(connection: sa.Connection) -> None:
    connection.execute(sa.text("ALTER TABLE deliveries_before ADD COLUMN manifest_digest VARCHAR(64)"))
    rows = connection.execute(sa.text("SELECT id, manifest FROM deliveries_before")).all()
    for row in rows:
        told = json.loads(row.manifest) if isinstance(row.manifest, str) else row.manifest
        content = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(content).hexdigest()
        connection.execute(
            sa.text("INSERT INTO contents (digest, size, gzip) VALUES (:digest, :size, :gzip) ON CONFLICT DO NOTHING"),
            {"digest": digest, "size": len(content), "gzip": gzip.compress(content, compresslevel=6, mtime=0)},
        )
        connection.execute(
            sa.text("UPDATE deliveries_before SET manifest_digest = :digest WHERE id = :id"),
            {"digest": digest, "id": row.id},
        )


def _fill(connection: sa.Connection) -> None:
    same = (
        "id, article_id, revision, edition, partner_id, destination_id, action, lane, state, reason, due_at, lease_until, "
        "claim_token, claimed_at, expires_at, tries, body, media_type, created_at, settled_at"
    )
    for statement in (
        "INSERT INTO health (destination_id, owed, faults, failed_days, slow, opened, paused_by, paused_because) "
        "SELECT destination_id, count(*), 0, 0, FALSE, 0, '', '' FROM deliveries_before GROUP BY destination_id "
        "ORDER BY destination_id",
        f"INSERT INTO deliveries ({same}, line, number, manifest, patient_since) SELECT {same}, "
        "(SELECT h.line FROM health h WHERE h.destination_id = b.destination_id), "
        "row_number() OVER (PARTITION BY destination_id ORDER BY created_at, id), manifest_digest, "
        "CASE WHEN tries > 0 THEN patient_since END FROM deliveries_before b ORDER BY created_at, id",
        "INSERT INTO attempts (delivery_seq, number, started_at, duration_ms, outcome, status, reason, answer) "
        "SELECT d.seq, a.number, a.started_at, a.duration_ms, a.outcome, a.status, a.reason, a.answer "
        "FROM attempts_before a JOIN deliveries d ON d.id = a.delivery_id ORDER BY a.seq",
        "INSERT INTO receipts (destination_id, article_id, delivery_seq, remote_id, remote_url, received_at) "
        "SELECT d.destination_id, d.article_id, d.seq, r.remote_id, r.remote_url, r.received_at "
        "FROM receipts_before r JOIN deliveries d ON d.id = r.delivery_id WHERE d.seq = (SELECT max(n.seq) FROM "
        "receipts_before o JOIN deliveries n ON n.id = o.delivery_id "
        "WHERE n.destination_id = d.destination_id AND n.article_id = d.article_id)",
    ):
        connection.execute(sa.text(statement))


def _create() -> None:
    counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "health",
        sa.Column("line", sa.Integer(), autoincrement=True, nullable=False, comment="the destination's number"),
        sa.Column("destination_id", sa.Text(), nullable=False),
        sa.Column("owed", sa.Integer(), nullable=False, comment="how many deliveries were ever owed to it"),
        sa.Column("faults", sa.Integer(), nullable=False, comment="in a row, since it last answered"),
        sa.Column("failing_since", moment, comment="the first fault since the last success"),
        sa.Column("failed_days", sa.Integer(), nullable=False, comment="distinct days since the last success"),
        sa.Column("failed_on", sa.Date(), comment="the last of these days"),
        sa.Column("slow", sa.Boolean(), nullable=False, comment="it timed out since it last answered"),
        sa.Column("opened", sa.Integer(), nullable=False, comment="how often in a row the breaker has opened"),
        sa.Column("open_until", moment, comment="none: the breaker is closed; past: one probe may go"),
        sa.Column("paused_at", moment),
        sa.Column(
            "paused_by", sa.String(length=10), nullable=False, comment="failures, the partner (410), or a person"
        ),
        sa.Column("paused_because", sa.Text(), nullable=False),
        sa.Column("rearm_since", moment, comment="what failed since then is to wait again; the sweep does it"),
        sa.Column("spent_until", moment, comment="the rate limit's theoretical arrival time (GCRA)"),
        sa.Column("fingerprint", sa.String(length=64), comment="of its address and secrets: what changed may work now"),
        sa.PrimaryKeyConstraint("line", name=op.f("pk_health")),
        sa.UniqueConstraint("destination_id", name=op.f("uq_health_destination_id")),
    )
    _partial_index(
        "ix_health_troubled", "health", ["destination_id"], "failing_since IS NOT NULL OR paused_at IS NOT NULL"
    )
    _partial_index("ix_health_rearm", "health", ["destination_id"], "rearm_since IS NOT NULL")
    op.create_table(
        "deliveries",
        sa.Column("seq", counter, autoincrement=True, nullable=False, comment="in the order in which they were owed"),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Text(), nullable=False),
        sa.Column("destination_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False, comment="the destination's number in the indexes"),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="counts what was ever owed to the destination, without a gap",
        ),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("lane", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_at", moment),
        sa.Column("lease_until", moment),
        sa.Column("claim_token", sa.String(length=32)),
        sa.Column("claimed_at", moment),
        sa.Column("expires_at", moment, comment="when the agreement's term is over; none for a removal"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column(
            "body",
            sa.String(length=64),
            comment="digest of the bytes; frozen, so that a key never carries two contents",
        ),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column(
            "manifest",
            sa.String(length=64),
            nullable=False,
            comment="digest of the manifest, which is kept among the contents",
        ),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("patient_since", moment, comment="when it was tried first, or replayed last; none before"),
        sa.Column("settled_at", moment),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_deliveries_article_id")),
        sa.ForeignKeyConstraint(["line"], ["health.line"], name=op.f("fk_deliveries_line")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("id", name=op.f("uq_deliveries_id")),
        sa.UniqueConstraint("destination_id", "number", name=op.f("uq_deliveries_destination_id_number")),
    )
    op.create_index("ix_deliveries_article_id", "deliveries", ["article_id", "destination_id"])
    for name, lane in (("first_tries", "deliver"), ("retries", "slow"), ("removals", "retract")):
        where = f"state = 'waiting' AND lane = '{lane}'"
        _partial_index(f"ix_deliveries_{name}", "deliveries", ["line", "seq"], where)
    _partial_index(
        "ix_deliveries_expiring", "deliveries", ["expires_at"], "state = 'waiting' AND expires_at IS NOT NULL"
    )
    _partial_index("ix_deliveries_sending", "deliveries", ["line", "article_id"], "state = 'sending'", unique=True)
    _partial_index("ix_deliveries_failed", "deliveries", ["destination_id", "settled_at"], "state = 'failed'")
    op.create_table(
        "attempts",
        sa.Column("seq", counter, autoincrement=True, nullable=False),
        sa.Column("delivery_seq", counter, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("duration_ms", sa.Integer()),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_seq"], ["deliveries.seq"], name=op.f("fk_attempts_delivery_seq")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_delivery_seq"), "attempts", ["delivery_seq"])
    op.create_table(
        "receipts",
        sa.Column("destination_id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("delivery_seq", counter, nullable=False, comment="whose answer it was"),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("remote_url", sa.Text(), nullable=False),
        sa.Column("received_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_receipts_article_id")),
        sa.ForeignKeyConstraint(["delivery_seq"], ["deliveries.seq"], name=op.f("fk_receipts_delivery_seq")),
        sa.PrimaryKeyConstraint("destination_id", "article_id", name=op.f("pk_receipts")),
    )


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
