"""Vectors of collections: written, searched, removed."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response, status

from gateway.domain import vectors
from gateway.limits import heeded
from gateway.problems import described
from gateway.routes.access import SEARCH, WRITE
from gateway.schemas.vectors import (
    DeleteRequest,
    UpsertRequest,
    VectorSearchAnswer,
    VectorSearchRequest,
    WriteAnswer,
)
from gateway.services import ServicesDep

router = APIRouter(prefix="/vectors", tags=["vectors"], dependencies=[Depends(heeded)])
ERRORS = described(404)
PENDING = {"model": WriteAnswer, "description": "Kept; it shows when Qdrant answers again."}


@router.post(
    "/upsert",
    status_code=status.HTTP_201_CREATED,
    dependencies=WRITE,
    responses={202: PENDING, **ERRORS},
)
async def upsert_vectors(request: UpsertRequest, services: ServicesDep, response: Response) -> WriteAnswer:
    """Writes vectors into a collection, replacing those with the same ids.

    They are kept all together or not at all, and go to Qdrant in parts. Where Qdrant refuses some, 422 names
    those in `refused`; the others are written. Refused ones are to be written again, or deleted.
    """
    answer = await vectors.upsert(services, request)
    if answer.indexing == "pending":
        response.status_code = status.HTTP_202_ACCEPTED
    return answer


@router.post("/search", dependencies=SEARCH, responses=ERRORS)
async def search_vectors(request: VectorSearchRequest, services: ServicesDep) -> VectorSearchAnswer:
    """The vectors of a collection that are nearest to the query, best first."""
    return await vectors.search(services, request)


@router.post("/delete", dependencies=WRITE, responses={202: PENDING, **ERRORS})
async def delete_vectors(request: DeleteRequest, services: ServicesDep, response: Response) -> WriteAnswer:
    """Removes vectors by their ids."""
    answer = await vectors.remove(services, request)
    if answer.indexing == "pending":
        response.status_code = status.HTTP_202_ACCEPTED
    return answer
