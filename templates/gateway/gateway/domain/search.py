"""Searches in libraries: embed, ask Qdrant, fetch the texts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from citadel.models import Chunk, Document
from qdrant_client import models
from sqlalchemy import select

from gateway.database import read, rows_of
from gateway.domain.dependencies import embeddings, from_qdrant, unavailable_model
from gateway.domain.libraries import Shelf, shelf
from gateway.problems import ApiProblem
from gateway.schemas.search import SearchAnswer, SearchHit, SearchRequest
from gateway.services import Services

MOST_ROUNDS = 5


async def search(services: Services, library: UUID, request: SearchRequest) -> SearchAnswer:
    """The k best chunks of a library."""
    started = time.perf_counter()
    place = await read(services, lambda session: shelf(session, library))
    asked = {"library": place.id, "model": place.model, "exact": place.exact, **request.model_dump()}
    kept = await services.cache.look(place.collection, asked)
    if kept.answer is not None:
        return SearchAnswer(results=kept.answer, took_ms=since(started), cached=True)
    vector = (await embeddings(services, place.model, [request.query], "query"))[0]
    hits = await _hits(services, place, vector, request)
    await services.cache.keep(kept, hits)
    return SearchAnswer(results=hits, took_ms=since(started))


async def _hits(
    services: Services, place: Shelf, vector: list[float], request: SearchRequest
) -> list[SearchHit]:
    """Qdrant may still have vectors of chunks that are gone; for those the next ones are taken."""
    hits: list[SearchHit] = []
    offset = 0
    for _ in range(MOST_ROUNDS):
        points = await _points(services, place, vector, request, offset)
        hits += await _with_texts(services, place.id, points)
        offset += len(points)
        if len(hits) >= request.k or len(points) < request.k:
            break
    return hits[: request.k]


async def _points(
    services: Services, place: Shelf, vector: list[float], request: SearchRequest, offset: int
) -> list[models.ScoredPoint]:
    call = services.qdrant.query_points(
        place.collection,
        query=vector,
        query_filter=_filter(place.id, request.document_ids),
        search_params=models.SearchParams(exact=True) if place.exact else None,
        limit=request.k,
        offset=offset or None,
        score_threshold=request.score_threshold,
        with_payload=False,
    )
    try:
        return (await from_qdrant(services, call)).points
    except ApiProblem as problem:
        if problem.status != 422:
            raise
        raise unavailable_model(
            place.model, f"Qdrant does not take its embeddings: {problem.detail}"
        ) from None


def _filter(library: UUID, documents: Sequence[UUID] | None) -> models.Filter:
    must: list[models.Condition] = [_matches("library_id", [library])]
    if documents is not None:
        must.append(_matches("document_id", documents))
    return models.Filter(must=must)


def _matches(key: str, ids: Sequence[UUID]) -> models.FieldCondition:
    return models.FieldCondition(key=key, match=models.MatchAny(any=[str(id) for id in ids]))


async def _with_texts(
    services: Services, library: UUID, points: Sequence[models.ScoredPoint]
) -> list[SearchHit]:
    """In the order of Qdrant, without those that PostgreSQL does not know."""
    if not points:
        return []
    statement = (
        select(
            Chunk.point_id, Chunk.document_id, Chunk.chunk_index, Chunk.text, Document.title, Document.meta
        )
        .join(Document, Chunk.document_id == Document.id)
        .where(Chunk.point_id.in_([str(point.id) for point in points]), Document.library_id == library)
    )
    rows = await read(services, lambda session: rows_of(session, statement))
    known: dict[str, Any] = {row[0]: row for row in rows}
    found = ((known.get(str(point.id)), point.score) for point in points)
    return [
        SearchHit(
            document_id=row[1], chunk_index=row[2], text=row[3], title=row[4], metadata=row[5], score=score
        )
        for row, score in found
        if row is not None
    ]


def since(started: float) -> float:
    """Milliseconds."""
    return round((time.perf_counter() - started) * 1000, 3)
