"""Models, and how they are."""

from __future__ import annotations

from gateway.domain.dependencies import embeddings, unavailable_model
from gateway.embedding import UnknownModel
from gateway.problems import NotFound
from gateway.schemas.models import EmbedAnswer, EmbedRequest, ModelAnswer, ModelHealthAnswer, ModelList
from gateway.services import Services


def listed(services: Services) -> ModelList:
    """The configured models, by name."""
    models = sorted(services.embedder.models().values(), key=lambda model: model.name)
    items = [
        ModelAnswer(name=each.name, collection=each.collection, kind=each.kind, dimension=each.dimension)
        for each in models
    ]
    return ModelList(items=items)


async def health(services: Services, model: str) -> ModelHealthAnswer:
    """A model that answers; 503 with the reason for one that does not, 404 for one that is not configured."""
    try:
        found = await services.embedder.health(model)
    except UnknownModel:
        raise NotFound("model", model) from None
    if found.dimension is None:
        raise unavailable_model(model, found.reason or "no answer")
    return ModelHealthAnswer(
        model=model, dimension=found.dimension, latency_ms=found.latency_ms, circuit=found.circuit
    )


async def embed(services: Services, model: str, request: EmbedRequest) -> EmbedAnswer:
    """One embedding a text."""
    vectors = await embeddings(services, model, request.texts, request.purpose)
    return EmbedAnswer(model=model, dimension=len(vectors[0]), embeddings=vectors)
