"""Models that make embeddings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from gateway.domain import models
from gateway.limits import heeded
from gateway.problems import described
from gateway.routes.access import READ, SEARCH
from gateway.schemas.common import ModelName
from gateway.schemas.models import EmbedAnswer, EmbedRequest, ModelHealthAnswer, ModelList
from gateway.services import ServicesDep

router = APIRouter(prefix="/models", tags=["models"], dependencies=[Depends(heeded)])
Name = Annotated[ModelName, Path()]


@router.get("", dependencies=READ)
async def list_models(services: ServicesDep) -> ModelList:
    """The models that are configured."""
    return models.listed(services)


@router.get("/{model}/health", dependencies=READ, responses=described(404))
async def model_health(model: Name, services: ServicesDep) -> ModelHealthAnswer:
    """Asks a model for an embedding; 503 when it gives none."""
    return await models.health(services, model)


@router.post("/{model}/embed", dependencies=SEARCH, responses=described(404))
async def embed_texts(model: Name, request: EmbedRequest, services: ServicesDep) -> EmbedAnswer:
    """Embeds texts."""
    return await models.embed(services, model, request)
