"""Models that make embeddings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.limits import AtMost
from gateway.schemas.common import Request, Text

MOST_TEXTS = 256


class ModelAnswer(BaseModel):
    """A model. `kind` is `http`, `cohere` or `test`; the last knows nothing of meaning."""

    name: str
    collection: str
    kind: str
    dimension: int | None


class ModelList(BaseModel):
    """The models that there are."""

    items: list[ModelAnswer]


class ModelHealthAnswer(BaseModel):
    """A model that answers."""

    model: str
    status: Literal["healthy"] = "healthy"
    dimension: int
    latency_ms: float
    circuit: str


class EmbedRequest(Request):
    """Texts to be embedded."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"texts": ["how to restore a backup"]}]})

    texts: Annotated[
        list[Annotated[Text, Field(min_length=1), AtMost("MAX_TEXT_LENGTH")]],
        Field(min_length=1, max_length=MOST_TEXTS),
    ]
    purpose: Literal["document", "query"] = "document"


class EmbedAnswer(BaseModel):
    """One embedding a text, in order."""

    model: str
    dimension: int
    embeddings: list[list[float]]
