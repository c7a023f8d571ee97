"""All models of the gateway."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.breaker import State
from gateway.embedding.answer import Vector
from gateway.embedding.endpoint import Endpoint
from gateway.embedding.errors import EmbeddingUnavailable, UnknownModel
from gateway.embedding.model import Model, Purpose

PROBE = "vdb health"
CALLS_A_REQUEST = 4


@dataclass(frozen=True)
class ModelHealth:
    """What a model answered when it was last asked."""

    model: str
    healthy: bool
    reason: str | None
    dimension: int | None
    latency_ms: float
    circuit: State


class Embedder:
    """Embeds texts by the name of a model, in batches that each have the timeout of the model."""

    def __init__(self, endpoints: Mapping[str, Endpoint], *, batch: int, health_ttl: float = 2.0) -> None:
        self._endpoints = dict(endpoints)
        self._batch = batch
        self._health_ttl = health_ttl
        self._health: dict[str, tuple[float, asyncio.Task[ModelHealth]]] = {}

    def models(self) -> dict[str, Model]:
        """The models by name."""
        return {name: endpoint.model for name, endpoint in self._endpoints.items()}

    def model(self, name: str) -> Model:
        """Raises UnknownModel."""
        return self._endpoint(name).model

    async def embed(self, model: str, texts: list[str], purpose: Purpose = "document") -> list[Vector]:
        """One vector a text, in order. Raises UnknownModel and EmbeddingUnavailable."""
        endpoint = self._endpoint(model)
        parts = [texts[start : start + self._batch] for start in range(0, len(texts), self._batch)]
        turns = asyncio.Semaphore(CALLS_A_REQUEST)

        async def part_of(part: list[str]) -> list[Vector]:
            async with turns:
                return await endpoint.embed(part, purpose)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(part_of(part)) for part in parts]
        except* EmbeddingUnavailable as failures:
            raise first_of(failures) from None
        return same_length(model, [vector for task in tasks for vector in task.result()])

    async def health(self, model: str) -> ModelHealth:
        """Asks the model for one embedding; callers within two seconds share it. Raises UnknownModel."""
        endpoint = self._endpoint(model)
        asked, task = self._health.get(model, (0.0, None))
        if task is None or (task.done() and time.monotonic() - asked > self._health_ttl):
            task = asyncio.create_task(self._ask(endpoint))
            self._health[model] = (time.monotonic(), task)
        return await asyncio.shield(task)

    async def _ask(self, endpoint: Endpoint) -> ModelHealth:
        started = time.perf_counter()
        reason, dimension = None, None
        try:
            dimension = len((await endpoint.embed([PROBE], "query"))[0])
        except EmbeddingUnavailable as error:
            reason = error.reason
        took = round((time.perf_counter() - started) * 1000, 2)
        circuit = endpoint.breaker.state
        return ModelHealth(endpoint.model.name, reason is None, reason, dimension, took, circuit)

    def _endpoint(self, name: str) -> Endpoint:
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            raise UnknownModel(name)
        return endpoint

    async def close(self) -> None:
        """Closes the connections of all models."""
        asking = [task for _, task in self._health.values()]
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        await asyncio.gather(*(endpoint.close() for endpoint in self._endpoints.values()))


def first_of(failures: BaseExceptionGroup[EmbeddingUnavailable]) -> EmbeddingUnavailable:
    """The first failure of several: they are of one model."""
    first = failures.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first


def same_length(model: str, vectors: list[Vector]) -> list[Vector]:
    """Batches of one request may not differ in length."""
    if len({len(vector) for vector in vectors}) > 1:
        raise EmbeddingUnavailable(model, "its embeddings differ in length")
    return vectors
