"""Searches in a library."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends

from gateway.domain import search
from gateway.limits import heeded
from gateway.problems import described
from gateway.routes.access import SEARCH
from gateway.schemas.search import SearchAnswer, SearchRequest
from gateway.services import ServicesDep

router = APIRouter(tags=["search"], dependencies=[Depends(heeded)])


@router.post(
    "/libraries/{library_id}/search",
    dependencies=SEARCH,
    responses=described(404),
)
async def search_library(library_id: UUID, request: SearchRequest, services: ServicesDep) -> SearchAnswer:
    """The chunks of a library that are nearest to the query, best first."""
    return await search.search(services, library_id, request)
