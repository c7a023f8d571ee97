"""Collections of Qdrant."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.schemas.common import CollectionName, Count, Flag, Request
from gateway.schemas.vectors import MOST_DIMENSIONS

Distance = Literal["Cosine", "Dot", "Euclid", "Manhattan"]


class CollectionRequest(Request):
    """A new collection."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "test", "size": 3, "distance": "Cosine"}]}
    )

    name: CollectionName
    size: Count = Field(le=MOST_DIMENSIONS, description="Numbers of a vector.")
    distance: Distance = "Cosine"
    on_disk: Flag = Field(
        default=False, description="Whether vectors are kept on disk rather than in memory."
    )


class CollectionAnswer(BaseModel):
    """A collection. `size` and `distance` are absent where its vectors have names."""

    name: str
    status: str
    points: int = Field(description="Approximate.")
    size: int | None
    distance: str | None


class CollectionNames(BaseModel):
    """The collections that there are."""

    items: list[str]
