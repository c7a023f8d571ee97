"""Searches in libraries."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from gateway.limits import AtMost, default_at_most
from gateway.schemas.common import Count, Request, Score, Text

DEFAULT_K = 10


class SearchRequest(Request):
    """What to look for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "how to restore a backup", "k": 5}]})

    query: Annotated[Text, Field(min_length=1), AtMost("MAX_QUERY_LENGTH")]
    k: Annotated[Count, AtMost("MAX_RESULTS_K")] = default_at_most("MAX_RESULTS_K", DEFAULT_K)
    document_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Only chunks of these documents."
    )
    score_threshold: Score | None = None


class SearchHit(BaseModel):
    """A chunk that was found, with Qdrant's score."""

    document_id: UUID
    title: str
    chunk_index: int
    text: str
    score: float
    metadata: dict[str, Any]


class SearchAnswer(BaseModel):
    """The best hits first: as many as were asked for, where there are so many."""

    results: list[SearchHit]
    took_ms: float
    cached: bool = False
