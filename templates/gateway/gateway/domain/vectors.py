"""Vectors of collections, beside libraries."""

from __future__ import annotations

import time
import uuid
from uuid import UUID

from citadel.outbox import Point, enqueue_delete, enqueue_upsert
from pydantic_core import to_json
from qdrant_client import models

from gateway.database import transaction
from gateway.domain import collections
from gateway.domain.dependencies import from_qdrant
from gateway.domain.search import since
from gateway.domain.writes import applied
from gateway.problems import ApiProblem, NotFound
from gateway.schemas.vectors import (
    DeleteRequest,
    UpsertRequest,
    VectorHit,
    VectorPoint,
    VectorSearchAnswer,
    VectorSearchRequest,
    WriteAnswer,
)
from gateway.services import Services

_SPACE = UUID("0b6d6c0e-0c57-5f3b-8d2b-0f2f2a4b8a53")


async def upsert(services: Services, request: UpsertRequest) -> WriteAnswer:
    """Writes vectors. A point without an id gets one from its content, so a repetition is the same write."""
    size = await collections.size_of(services, request.collection)
    vectors = [point.vector for point in request.points]
    collections.check_size(request.collection, size, vectors, "points[{}].vector")
    points = list({point.id: point for point in map(_point, request.points)}.values())
    async with transaction(services) as session:
        await collections.held(services, session, request.collection)
        entries = await enqueue_upsert(session, request.collection, points)
    state = await applied(services, request.collection, entries)
    return WriteAnswer(
        collection=request.collection, ids=[_id(each) for each in request.points], indexing=state
    )


def _point(point: VectorPoint) -> Point:
    return Point(str(_id(point)), point.vector, point.payload)


def _id(point: VectorPoint) -> UUID | int:
    if point.id is not None:
        return point.id
    return uuid.uuid5(_SPACE, to_json([point.vector, point.payload]).decode())


async def remove(services: Services, request: DeleteRequest) -> WriteAnswer:
    """Removes vectors by id; 404 where there is no such collection."""
    await collections.size_of(services, request.collection)
    ids = list(dict.fromkeys(request.ids))
    async with transaction(services) as session:
        await collections.held(services, session, request.collection)
        entries = await enqueue_delete(session, request.collection, map(str, ids))
    state = await applied(services, request.collection, entries)
    return WriteAnswer(collection=request.collection, ids=ids, indexing=state)


async def search(services: Services, request: VectorSearchRequest) -> VectorSearchAnswer:
    """The nearest vectors of a collection."""
    started = time.perf_counter()
    kept = await services.cache.look(request.collection, request.model_dump(mode="json", by_alias=True))
    if kept.answer is not None:
        return VectorSearchAnswer(results=kept.answer, took_ms=since(started), cached=True)
    call = services.qdrant.query_points(
        request.collection,
        query=request.query_vector,
        query_filter=request.filter.to_qdrant() if request.filter else None,
        search_params=models.SearchParams(exact=True) if request.exact else None,
        limit=request.limit,
        score_threshold=request.score_threshold,
        with_payload=request.with_payload,
        with_vectors=request.with_vector,
    )
    try:
        points = (await from_qdrant(services, call)).points
    except ApiProblem as problem:
        if problem.status == 404:
            raise NotFound("collection", request.collection) from None
        raise
    hits = [_hit(point, request) for point in points]
    await services.cache.keep(kept, hits)
    return VectorSearchAnswer(results=hits, took_ms=since(started))


def _hit(point: models.ScoredPoint, request: VectorSearchRequest) -> VectorHit:
    vector = point.vector if isinstance(point.vector, list) else None
    return VectorHit(
        id=point.id,
        score=point.score,
        payload=(point.payload or {}) if request.with_payload else None,
        vector=vector,
    )
