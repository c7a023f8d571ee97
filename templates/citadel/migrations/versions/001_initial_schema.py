"""Users, collections, a row per vector, embedding jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "001_initial_schema"
down_revision = None
branch_labels = None
depends_on = None
phase = "expand"

NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid, server_default=sa.text("gen_random_uuid()")),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("username", name="uq_users_username"),
    )
    op.create_index("uq_users_email", "users", [sa.text("lower(email)")], unique=True)
    op.create_table(
        "collections",
        sa.Column("id", sa.BigInteger, sa.Identity()),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("vector_size", sa.Integer),
        sa.Column("distance", sa.String(16)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name="pk_collections"),
        sa.UniqueConstraint("name", name="uq_collections_name"),
        sa.CheckConstraint("vector_size > 0", name="ck_collections_vector_size"),
    )
    op.create_table(
        "vector_metadata",
        sa.Column("id", sa.BigInteger, sa.Identity()),
        sa.Column("collection_id", sa.BigInteger, nullable=False),
        sa.Column("point_id", sa.String(36, collation="C"), nullable=False),
        sa.Column("payload", JSONB),
        sa.Column("entry_id", sa.BigInteger),
        sa.Column("indexed_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name="pk_vector_metadata"),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["collections.id"],
            name="fk_vector_metadata_collection_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "uq_vector_metadata_collection_id_point_id",
        "vector_metadata",
        ["collection_id", "point_id"],
        unique=True,
    )
    op.create_index(
        "ix_vector_metadata_unindexed",
        "vector_metadata",
        ["collection_id"],
        postgresql_where=sa.text("indexed_at IS NULL"),
    )
    op.create_table(
        "embedding_jobs",
        sa.Column("id", sa.BigInteger, sa.Identity()),
        sa.Column("collection_id", sa.BigInteger, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False, server_default="queued"),
        sa.Column("total", sa.Integer, nullable=False, server_default="0"),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("error", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_embedding_jobs"),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collections.id"], name="fk_embedding_jobs_collection_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'done', 'failed')", name="ck_embedding_jobs_status"
        ),
        sa.CheckConstraint("done >= 0 AND done <= total", name="ck_embedding_jobs_progress"),
    )
    op.create_index("ix_embedding_jobs_collection_id", "embedding_jobs", ["collection_id"])
    op.create_index(
        "ix_embedding_jobs_open",
        "embedding_jobs",
        ["created_at"],
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )


def downgrade() -> None:
    for table in ("embedding_jobs", "vector_metadata", "collections", "users"):
        op.drop_table(table)
