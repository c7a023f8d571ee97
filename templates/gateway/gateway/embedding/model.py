"""What a model is to the gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from gateway.embedding.answer import Vector

Purpose = Literal["document", "query"]
Kind = Literal["http", "cohere", "test"]


@dataclass(frozen=True)
class Model:
    """A model, the collection that holds its embeddings, and their length where it is known beforehand."""

    name: str
    collection: str
    kind: Kind
    timeout_seconds: float
    dimension: int | None = None


class Source(Protocol):
    """Where the embeddings of one model come from: one call, without retries."""

    async def call(self, texts: list[str], purpose: Purpose) -> list[Vector]:
        """Raises CallFailed, BadAnswer or Refused."""

    async def close(self) -> None:
        """Closes its connections."""
