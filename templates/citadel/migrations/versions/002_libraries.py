"""Libraries, their documents, the documents' chunks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "002_libraries"
down_revision = "001_initial_schema"
branch_labels = None
depends_on = None
phase = "expand"

NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "libraries",
        sa.Column("id", sa.Uuid, server_default=sa.text("gen_random_uuid()")),
        sa.Column("collection_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("index_type", sa.String(16), nullable=False, server_default="hnsw"),
        sa.Column("metadata", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name="pk_libraries"),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collections.id"], name="fk_libraries_collection_id", ondelete="RESTRICT"
        ),
    )
    op.create_index("ix_libraries_collection_id", "libraries", ["collection_id"])
    op.create_index("ix_libraries_created_at_id", "libraries", ["created_at", "id"])
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid, server_default=sa.text("gen_random_uuid()")),
        sa.Column("library_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("metadata", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.ForeignKeyConstraint(
            ["library_id"], ["libraries.id"], name="fk_documents_library_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_documents_library_id_created_at_id", "documents", ["library_id", "created_at", "id"])
    op.create_table(
        "chunks",
        sa.Column("id", sa.BigInteger, sa.Identity()),
        sa.Column("document_id", sa.Uuid, nullable=False),
        sa.Column("chunk_index", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("point_id", sa.String(36, collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name="pk_chunks"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_chunks_document_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("point_id", name="uq_chunks_point_id"),
        sa.CheckConstraint("chunk_index >= 0", name="ck_chunks_chunk_index"),
    )
    op.create_index(
        "uq_chunks_document_id_chunk_index", "chunks", ["document_id", "chunk_index"], unique=True
    )
    op.add_column("embedding_jobs", sa.Column("document_id", sa.Uuid))
    op.create_foreign_key(
        "fk_embedding_jobs_document_id",
        "embedding_jobs",
        "documents",
        ["document_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index("ix_embedding_jobs_document_id", "embedding_jobs", ["document_id"])


def downgrade() -> None:
    op.drop_column("embedding_jobs", "document_id")
    for table in ("chunks", "documents", "libraries"):
        op.drop_table(table)
