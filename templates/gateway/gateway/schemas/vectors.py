"""Vectors of collections, without libraries around them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from gateway.limits import AtMost, default_at_most
from gateway.schemas.common import Applied, CollectionName, Count, Flag, JsonObject, Request, Score
from gateway.schemas.filters import Filter
from gateway.schemas.search import DEFAULT_K

MOST_DIMENSIONS = 65_536
LARGEST = 3.4e38
"""Qdrant's numbers have 32 bits."""

Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-LARGEST, le=LARGEST)]
Vector = Annotated[list[Number], Field(min_length=1, max_length=MOST_DIMENSIONS)]
Id = UUID | Annotated[int, Field(strict=True, ge=0, lt=2**63)]


class VectorPoint(Request):
    """A vector and what is known about it."""

    id: Id | None = Field(
        default=None,
        description="Without one it is derived from the content, so that a repetition is the same write.",
    )
    vector: Vector
    payload: JsonObject = Field(default_factory=dict)


class UpsertRequest(Request):
    """Vectors to be written; those that are there are replaced."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "collection": "test",
                    "points": [
                        {
                            "id": "5c56c793-69f3-4fbf-87e6-c4bf54c28c26",
                            "vector": [0.1, 0.2, 0.3],
                            "payload": {"lang": "en"},
                        }
                    ],
                }
            ]
        }
    )

    collection: CollectionName
    points: Annotated[list[VectorPoint], Field(min_length=1), AtMost("MAX_BATCH_POINTS")]


class WriteAnswer(BaseModel):
    """What a write has done."""

    collection: str
    ids: list[Id] = Field(description="As they were given, and as a search finds them.")
    indexing: Applied


class DeleteRequest(Request):
    """Vectors to be removed; those that are not there count as removed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"collection": "test", "ids": ["5c56c793-69f3-4fbf-87e6-c4bf54c28c26"]}]
        }
    )

    collection: CollectionName
    ids: Annotated[list[Id], Field(min_length=1), AtMost("MAX_BATCH_POINTS")]


class VectorSearchRequest(Request):
    """What to look for in a collection."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"collection": "test", "query_vector": [0.1, 0.2, 0.3], "limit": 10}]
        },
    )

    collection: CollectionName
    query_vector: Vector
    limit: Annotated[Count, AtMost("MAX_RESULTS_K")] = default_at_most("MAX_RESULTS_K", DEFAULT_K)
    filter: Filter | None = None
    score_threshold: Score | None = None
    with_payload: Flag = True
    with_vector: Flag = False
    exact: Flag = Field(default=False, description="Compares with every vector.")


class VectorHit(BaseModel):
    """A vector that was found, with Qdrant's score."""

    id: str | int
    score: float
    payload: dict[str, Any] | None = None
    vector: list[float] | None = None


class VectorSearchAnswer(BaseModel):
    """The best hits first."""

    results: list[VectorHit]
    took_ms: float
    cached: bool = False
