"""Documents and their chunks, as clients send and get them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from gateway.limits import AtMost
from gateway.schemas.common import Applied, Indexing, JsonObject, Request, Text

Title = Annotated[Text, Field(min_length=1), AtMost("MAX_TITLE_LENGTH")]
ChunkText = Annotated[Text, Field(min_length=1), AtMost("MAX_TEXT_LENGTH")]
_EXAMPLE: JsonDict = {
    "title": "Restore",
    "texts": ["Stop the writers.", "Take the newest set."],
    "metadata": {"lang": "en"},
}


class DocumentContent(Request):
    """A document: its texts are its chunks, in order."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    title: Title
    texts: Annotated[list[ChunkText], Field(min_length=1), AtMost("MAX_CHUNKS_PER_DOCUMENT")]
    metadata: JsonObject = Field(default_factory=dict)


class DocumentRequest(DocumentContent):
    """A new document."""

    id: UUID | None = Field(default=None, description="Chosen by the client, a request may be repeated.")


class DocumentAnswer(BaseModel):
    """A document. `indexing` is `pending` until its vectors are in Qdrant; it cannot be found before.

    `rejected`: Qdrant has refused them for good. `missing`: Qdrant has lost them. Either way it is to be
    written again, or deleted.
    """

    id: UUID
    library_id: UUID
    title: str
    metadata: dict[str, Any]
    chunks: int
    indexing: Indexing
    created_at: datetime
    updated_at: datetime


class DocumentPage(BaseModel):
    """Documents of a library, oldest first."""

    items: list[DocumentAnswer]
    next_cursor: str | None = None


class ChunkAnswer(BaseModel):
    """A chunk of a document, and the id of its vector."""

    chunk_index: int
    text: str
    point_id: str


class ChunkPage(BaseModel):
    """Chunks of a document, in order."""

    items: list[ChunkAnswer]
    next_index: int | None = Field(default=None, description="`from` of the next page.")


class PendingAnswer(BaseModel):
    """The change is kept and will reach Qdrant; that does not answer now."""

    indexing: Applied = "pending"
