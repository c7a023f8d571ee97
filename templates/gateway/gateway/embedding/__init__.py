"""Embeddings, by the models that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.breaker import CircuitBreaker
from gateway.embedding.answer import Vector
from gateway.embedding.deterministic import DeterministicTestEmbedder
from gateway.embedding.embedder import Embedder, ModelHealth
from gateway.embedding.endpoint import Endpoint
from gateway.embedding.errors import EmbeddingUnavailable, UnknownModel
from gateway.embedding.http import HttpSource, Request, cohere_request, plain_request
from gateway.embedding.model import Model, Purpose, Source

if TYPE_CHECKING:
    from pydantic import SecretStr

    from gateway.settings import Settings

__all__ = [
    "DeterministicTestEmbedder",
    "Embedder",
    "EmbeddingUnavailable",
    "Endpoint",
    "Model",
    "ModelHealth",
    "Purpose",
    "UnknownModel",
    "Vector",
    "build_embedder",
]

TEST_MODEL = "test-embedder"


def build_embedder(settings: Settings) -> Embedder:
    """The models of MODELS, the keyed service with COHERE_API_KEY, the test embedder with TEST_EMBEDDER."""
    endpoints = [*_external(settings), *_keyed(settings), *_test(settings)]
    return Embedder({each.model.name: each for each in endpoints}, batch=settings.EMBEDDING_BATCH)


def _external(settings: Settings) -> list[Endpoint]:
    found = []
    for name, given in settings.MODELS.items():
        model = Model(name, given.collection, "http", given.timeout_seconds, given.dimension)
        found.append(_http(settings, model, str(given.url), plain_request(name), given.api_key))
    return found


def _keyed(settings: Settings) -> list[Endpoint]:
    if settings.COHERE_API_KEY is None:
        return []
    name, dimension = settings.EMBEDDING_MODEL, settings.EMBEDDING_DIMENSION
    collection = settings.EMBEDDING_COLLECTION or name
    model = Model(name, collection, "cohere", settings.EMBEDDING_TIMEOUT_SECONDS, dimension)
    request = cohere_request(name, dimension)
    return [_http(settings, model, settings.COHERE_URL, request, settings.COHERE_API_KEY)]


def _test(settings: Settings) -> list[Endpoint]:
    if not settings.TEST_EMBEDDER:
        return []
    dimension = settings.EMBEDDING_DIMENSION
    collection = settings.TEST_EMBEDDER_COLLECTION
    model = Model(TEST_MODEL, collection, "test", settings.EMBEDDING_TIMEOUT_SECONDS, dimension)
    return [_endpoint(settings, model, DeterministicTestEmbedder(dimension))]


def _http(
    settings: Settings, model: Model, url: str, request: Request, api_key: SecretStr | None
) -> Endpoint:
    source = HttpSource(
        url,
        request,
        api_key=api_key.get_secret_value() if api_key else None,
        timeout_seconds=model.timeout_seconds,
        connections=settings.EMBEDDING_CONNECTIONS,
        dimension=model.dimension,
    )
    return _endpoint(settings, model, source)


def _endpoint(settings: Settings, model: Model, source: Source) -> Endpoint:
    breaker = CircuitBreaker(settings.EMBEDDING_BREAKER_FAILURES, settings.EMBEDDING_BREAKER_SECONDS)
    return Endpoint(model, source, breaker, retries=settings.EMBEDDING_RETRIES)
