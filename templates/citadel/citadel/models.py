"""The tables. PostgreSQL owns what is here; the vectors themselves are Qdrant's."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

POINT_ID = String(36)
"""An id of Qdrant: a UUID in lower case, or an unsigned number."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        str: Text,
        uuid.UUID: Uuid,
        bytes: LargeBinary,
    }


def _number() -> Mapped[int]:
    return mapped_column(BigInteger, Identity(), primary_key=True)


def _uuid() -> Mapped[uuid.UUID]:
    return mapped_column(primary_key=True, default=uuid.uuid4, server_default=text("gen_random_uuid()"))


def _now() -> Mapped[datetime]:
    return mapped_column(server_default=func.now())


def _changed() -> Mapped[datetime]:
    return mapped_column(server_default=func.now(), onupdate=func.now())


def _object() -> Mapped[dict[str, Any]]:
    return mapped_column("metadata", default=dict, server_default=text("'{}'::jsonb"))


class User(Base):
    """A person or a service. The table is the documents': nothing of vdb fills it, their programs may."""

    __tablename__ = "users"
    __table_args__ = (Index("uq_users_email", text("lower(email)"), unique=True),)

    id: Mapped[uuid.UUID] = _uuid()
    username: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    created_at: Mapped[datetime] = _now()
    updated_at: Mapped[datetime] = _changed()

    api_keys: Mapped[list["ApiKey"]] = relationship(back_populates="user", lazy="raise", passive_deletes=True)


class Collection(Base):
    """A collection of Qdrant, or an alias of one. Size and distance are unknown until Qdrant was asked."""

    __tablename__ = "collections"
    __table_args__ = (CheckConstraint("vector_size > 0", "vector_size"),)

    id: Mapped[int] = _number()
    name: Mapped[str] = mapped_column(String(255), unique=True)
    vector_size: Mapped[int | None]
    distance: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = _now()
    updated_at: Mapped[datetime] = _changed()

    libraries: Mapped[list["Library"]] = relationship(back_populates="collection", lazy="raise")


class VectorMetadata(Base):
    """One row per vector.

    `entry_id` is the outbox entry that wrote it last, `indexed_at` when Qdrant had confirmed that. A row that
    was found in Qdrant has no entry and no payload: its payload is not PostgreSQL's.
    """

    __tablename__ = "vector_metadata"
    __table_args__ = (
        Index("uq_vector_metadata_collection_id_point_id", "collection_id", "point_id", unique=True),
        Index("ix_vector_metadata_unindexed", "collection_id", postgresql_where=text("indexed_at IS NULL")),
    )

    id: Mapped[int] = _number()
    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id", ondelete="CASCADE"))
    point_id: Mapped[str] = mapped_column(String(36, collation="C"))
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    entry_id: Mapped[int | None] = mapped_column(BigInteger)
    indexed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = _now()
    updated_at: Mapped[datetime] = _changed()


class EmbeddingJob(Base):
    """Texts that a model turns into vectors of a collection.

    The table is the documents': the gateway embeds within the request and makes no jobs.
    """

    __tablename__ = "embedding_jobs"
    __table_args__ = (
        CheckConstraint("status IN ('queued', 'running', 'done', 'failed')", "status"),
        CheckConstraint("done >= 0 AND done <= total", "progress"),
        Index("ix_embedding_jobs_collection_id", "collection_id"),
        Index("ix_embedding_jobs_document_id", "document_id"),
        Index(
            "ix_embedding_jobs_open", "created_at", postgresql_where=text("status IN ('queued', 'running')")
        ),
    )

    id: Mapped[int] = _number()
    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id", ondelete="CASCADE"))
    document_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    model: Mapped[str]
    status: Mapped[str] = mapped_column(String(16), default="queued", server_default="queued")
    total: Mapped[int] = mapped_column(default=0, server_default="0")
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str | None]
    created_at: Mapped[datetime] = _now()
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Library(Base):
    """Documents that are searched together; its model decides its collection."""

    __tablename__ = "libraries"
    __table_args__ = (Index("ix_libraries_created_at_id", "created_at", "id"),)

    id: Mapped[uuid.UUID] = _uuid()
    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id", ondelete="RESTRICT"), index=True)
    name: Mapped[str]
    model: Mapped[str]
    index_type: Mapped[str] = mapped_column(String(16), default="hnsw", server_default="hnsw")
    meta: Mapped[dict[str, Any]] = _object()
    created_at: Mapped[datetime] = _now()
    updated_at: Mapped[datetime] = _changed()

    collection: Mapped[Collection] = relationship(back_populates="libraries", lazy="raise")
    documents: Mapped[list["Document"]] = relationship(
        back_populates="library", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )


class Document(Base):
    """A title and its chunks."""

    __tablename__ = "documents"
    __table_args__ = (Index("ix_documents_library_id_created_at_id", "library_id", "created_at", "id"),)

    id: Mapped[uuid.UUID] = _uuid()
    library_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("libraries.id", ondelete="CASCADE"))
    title: Mapped[str]
    meta: Mapped[dict[str, Any]] = _object()
    created_at: Mapped[datetime] = _now()
    updated_at: Mapped[datetime] = _changed()

    library: Mapped[Library] = relationship(back_populates="documents", lazy="raise")
    chunks: Mapped[list["Chunk"]] = relationship(
        back_populates="document",
        lazy="raise",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="Chunk.chunk_index",
    )


class Chunk(Base):
    """A piece of a document's text; its vector is the point `point_id` of the library's collection."""

    __tablename__ = "chunks"
    __table_args__ = (
        Index("uq_chunks_document_id_chunk_index", "document_id", "chunk_index", unique=True),
        CheckConstraint("chunk_index >= 0", "chunk_index"),
    )

    id: Mapped[int] = _number()
    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    chunk_index: Mapped[int]
    text: Mapped[str]
    point_id: Mapped[str] = mapped_column(String(36, collation="C"), unique=True)
    created_at: Mapped[datetime] = _now()

    document: Mapped[Document] = relationship(back_populates="chunks", lazy="raise")


class ApiKey(Base):
    """A key of the gateway's API. Only its SHA-256 is kept; `lookup` is the beginning of that, in hex."""

    __tablename__ = "api_keys"
    __table_args__ = (
        Index("uq_api_keys_name", "name", unique=True, postgresql_where=text("revoked_at IS NULL")),
        CheckConstraint("scopes <@ ARRAY['read', 'write', 'admin'] AND cardinality(scopes) > 0", "scopes"),
        CheckConstraint("octet_length(digest) = 32", "digest"),
    )

    id: Mapped[int] = _number()
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    lookup: Mapped[str] = mapped_column(String(16, collation="C"), unique=True)
    digest: Mapped[bytes]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = _now()
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship(back_populates="api_keys", lazy="raise")


class OutboxEntry(Base):
    """A write that Qdrant has yet to get. It goes when Qdrant has it, and stays, rejected, where it refuses.

    `vectors` are 32-bit floats, little-endian, point after point; payloads lie in `vector_metadata`.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("operation IN ('upsert', 'delete')", "operation"),
        CheckConstraint("(operation = 'upsert') = (vectors IS NOT NULL)", "vectors"),
        Index("ix_outbox_waiting", "collection_id", "id", postgresql_where=text("rejected_at IS NULL")),
        Index("ix_outbox_collection_id", "collection_id"),
    )

    id: Mapped[int] = _number()
    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id", ondelete="RESTRICT"))
    operation: Mapped[str] = mapped_column(String(8))
    point_ids: Mapped[list[str]] = mapped_column(ARRAY(POINT_ID))
    vectors: Mapped[bytes | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    next_attempt_at: Mapped[datetime] = _now()
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = _now()
    rejected_at: Mapped[datetime | None]
