"""What records look like outside of the database. Keys appear without anything that could be used as one."""

import uuid
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """Made from a model: `CollectionRecord.model_validate(row)`."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class UserRecord(Record):
    id: uuid.UUID
    username: str = Field(min_length=1)
    email: str | None
    active: bool
    created_at: datetime
    updated_at: datetime


class CollectionRecord(Record):
    id: int
    name: str = Field(min_length=1, max_length=255)
    vector_size: int | None = Field(gt=0)
    distance: str | None
    created_at: datetime
    updated_at: datetime


class VectorRecord(Record):
    id: int
    collection_id: int
    point_id: str
    payload: dict[str, Any] | None
    indexed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class EmbeddingJobRecord(Record):
    id: int
    collection_id: int
    document_id: uuid.UUID | None
    model: str
    status: Literal["queued", "running", "done", "failed"]
    total: int
    done: int
    attempts: int
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ApiKeyRecord(Record):
    id: int
    name: str
    scopes: list[Literal["read", "write", "admin"]]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
