"""Libraries: documents that are searched together."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Response, status
from fastapi.responses import JSONResponse

from gateway.domain import libraries
from gateway.limits import heeded
from gateway.problems import described
from gateway.routes.access import READ, WRITE, IdempotencyKey, Writer, own
from gateway.schemas.documents import PendingAnswer
from gateway.schemas.libraries import LibraryAnswer, LibraryPage, LibraryRequest
from gateway.schemas.page import PageCursor, PageSize, position_of
from gateway.services import ServicesDep

router = APIRouter(tags=["libraries"], dependencies=[Depends(heeded)])


@router.post(
    "/libraries",
    status_code=status.HTTP_201_CREATED,
    dependencies=WRITE,
    responses={
        200: {"model": LibraryAnswer, "description": "An earlier request has made it."},
        **described(404, 409),
    },
)
async def create_library(
    request: LibraryRequest,
    services: ServicesDep,
    writer: Writer,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> LibraryAnswer:
    """Makes a library. Its model must be configured, and the model's collection must be in Qdrant."""
    answer, created = await libraries.create(services, request, own(writer, idempotency_key))
    if not created:
        response.status_code = status.HTTP_200_OK
    return answer


@router.get("/libraries", dependencies=READ)
async def list_libraries(
    services: ServicesDep, limit: PageSize = 50, cursor: PageCursor = None
) -> LibraryPage:
    """Libraries, oldest first."""
    return await libraries.listed(services, limit, position_of(cursor))


@router.get("/libraries/{library_id}", dependencies=READ, responses=described(404))
async def get_library(library_id: UUID, services: ServicesDep) -> LibraryAnswer:
    """A library."""
    return await libraries.found(services, library_id)


@router.delete(
    "/libraries/{library_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=WRITE,
    responses={
        202: {"model": PendingAnswer, "description": "Gone; its vectors follow when Qdrant answers."},
        **described(404),
    },
)
async def delete_library(library_id: UUID, services: ServicesDep) -> Response:
    """Deletes a library with its documents, their chunks and vectors."""
    return gone(await libraries.remove(services, library_id))


def gone(state: str) -> Response:
    """204 for what is gone everywhere, 202 for what Qdrant has yet to forget."""
    if state == "pending":
        return JSONResponse(PendingAnswer().model_dump(), status.HTTP_202_ACCEPTED)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
