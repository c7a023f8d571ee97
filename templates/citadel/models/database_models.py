"""The SQLAlchemy models, under the name that the documents give them."""

from citadel.models import (
    ApiKey,
    Base,
    Chunk,
    Collection,
    Document,
    EmbeddingJob,
    Library,
    OutboxEntry,
    User,
    VectorMetadata,
)

__all__ = [
    "ApiKey",
    "Base",
    "Chunk",
    "Collection",
    "Document",
    "EmbeddingJob",
    "Library",
    "OutboxEntry",
    "User",
    "VectorMetadata",
]
