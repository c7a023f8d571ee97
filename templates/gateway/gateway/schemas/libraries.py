"""Libraries, as clients send and get them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from gateway.schemas.common import JsonObject, ModelName, Request, Text

Name = Annotated[Text, Field(min_length=1, max_length=255)]


class LibraryRequest(Request):
    """A new library. Its model decides the collection that its vectors lie in, and stays."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "handbooks", "model": "general", "metadata": {"team": "ops"}}]
        }
    )

    name: Name
    model: ModelName | None = Field(
        default=None, description="May be left out where there is only one model."
    )
    index_type: Literal["hnsw", "flat"] = Field(
        default="hnsw", description="`flat` compares with every vector: exact, and slower on large libraries."
    )
    metadata: JsonObject = Field(default_factory=dict)
    id: UUID | None = Field(default=None, description="Chosen by the client, a request may be repeated.")


class LibraryAnswer(BaseModel):
    """A library."""

    id: UUID
    name: str
    model: str
    collection: str
    index_type: str
    metadata: dict[str, Any]
    documents: int
    created_at: datetime


class LibraryPage(BaseModel):
    """Libraries, oldest first."""

    items: list[LibraryAnswer]
    next_cursor: str | None = None
