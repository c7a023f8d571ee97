"""Reading the answers of embedding services, strictly."""

from __future__ import annotations

import math
from typing import Any

from pydantic_core import from_json

from gateway.embedding.errors import BadAnswer

Vector = list[float]


def read_embeddings(body: bytes, count: int, dimension: int | None) -> list[Vector]:
    """The `count` embeddings of an answer, in any of the forms that such services have.

    `{"embeddings": [[…]]}`, `{"embeddings": {"float": [[…]]}}` (Cohere),
    `{"data": [{"embedding": […], "index"}]}` (OpenAI), `{"embedding": […]}` or `[[…]]`. Raises BadAnswer for
    anything else, for numbers that are not finite, and for lengths that differ from each other or from
    `dimension`.
    """
    try:
        answer = from_json(body)
    except ValueError:
        raise BadAnswer("its answer is not JSON") from None
    vectors = _vectors(answer)
    if vectors is None or not all(_is_vector(vector) for vector in vectors):
        raise BadAnswer("its answer holds no embeddings")
    if len(vectors) != count:
        raise BadAnswer(f"it answered {len(vectors)} embeddings for {count} texts")
    length = dimension or len(vectors[0])
    for vector in vectors:
        if len(vector) != length:
            raise BadAnswer(f"an embedding has {len(vector)} numbers where {length} were expected")
    return [[float(number) for number in vector] for vector in vectors]


def _vectors(answer: Any) -> list[Any] | None:
    if isinstance(answer, list):
        return answer
    if not isinstance(answer, dict):
        return None
    if isinstance(embeddings := answer.get("embeddings"), dict):
        embeddings = embeddings.get("float")
    if isinstance(embeddings, list):
        return embeddings
    if isinstance(data := answer.get("data"), list):
        return _numbered(data)
    return [answer["embedding"]] if "embedding" in answer else None


def _numbered(data: list[Any]) -> list[Any] | None:
    """OpenAI numbers its embeddings, and does not promise their order."""
    if not all(isinstance(item, dict) for item in data):
        return None
    if all(isinstance(item.get("index"), int) for item in data):
        data = sorted(data, key=lambda item: int(item["index"]))
    return [item.get("embedding") for item in data]


def _is_vector(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(_is_number(number) for number in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
