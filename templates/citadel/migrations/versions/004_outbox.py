"""Writes that Qdrant has yet to get."""

import sqlalchemy as sa
from alembic import op

from citadel.migrate import MigrationRefused

revision = "004_outbox"
down_revision = "003_api_keys"
branch_labels = None
depends_on = None
phase = "expand"

NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity()),
        sa.Column("collection_id", sa.BigInteger, nullable=False),
        sa.Column("operation", sa.String(8), nullable=False),
        sa.Column("point_ids", sa.ARRAY(sa.String(36)), nullable=False),
        sa.Column("vectors", sa.LargeBinary),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("last_error", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("rejected_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collections.id"], name="fk_outbox_collection_id", ondelete="RESTRICT"
        ),
        sa.CheckConstraint("operation IN ('upsert', 'delete')", name="ck_outbox_operation"),
        sa.CheckConstraint("(operation = 'upsert') = (vectors IS NOT NULL)", name="ck_outbox_vectors"),
    )
    op.create_index("ix_outbox_collection_id", "outbox", ["collection_id"])
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["collection_id", "id"],
        postgresql_where=sa.text("rejected_at IS NULL"),
    )


def downgrade() -> None:
    """Writers are waited for before what waits is counted; locked in the order in which they lock."""
    op.execute("LOCK TABLE collections, outbox IN ACCESS EXCLUSIVE MODE")
    waiting = op.get_bind().scalar(sa.text("SELECT count(*) FROM outbox WHERE rejected_at IS NULL"))
    if waiting:
        raise MigrationRefused(f"{waiting} writes wait for Qdrant and would be lost: let them arrive first")
    op.drop_table("outbox")
