"""Documents of a library, with their chunks."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from gateway.domain import documents
from gateway.limits import heeded
from gateway.problems import described
from gateway.routes.access import READ, WRITE, IdempotencyKey, Writer, own
from gateway.routes.libraries import gone
from gateway.schemas.documents import (
    ChunkPage,
    DocumentAnswer,
    DocumentContent,
    DocumentPage,
    DocumentRequest,
    PendingAnswer,
)
from gateway.schemas.page import PageCursor, PageSize, position_of
from gateway.services import ServicesDep

PATH = "/libraries/{library_id}/documents"
router = APIRouter(tags=["documents"], dependencies=[Depends(heeded)])
PENDING = {"model": DocumentAnswer, "description": "Kept; it can be found when Qdrant answers again."}


@router.post(
    PATH,
    status_code=status.HTTP_201_CREATED,
    dependencies=WRITE,
    responses={
        200: {"model": DocumentAnswer, "description": "An earlier request has made it."},
        202: PENDING,
        **described(404, 409),
    },
)
async def create_document(
    library_id: UUID,
    request: DocumentRequest,
    services: ServicesDep,
    writer: Writer,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> DocumentAnswer:
    """Embeds and keeps a document."""
    answer, created = await documents.create(services, library_id, request, own(writer, idempotency_key))
    return with_status(response, answer, created)


@router.get(PATH, dependencies=READ, responses=described(404))
async def list_documents(
    library_id: UUID, services: ServicesDep, limit: PageSize = 50, cursor: PageCursor = None
) -> DocumentPage:
    """Documents of a library, oldest first."""
    return await documents.listed(services, library_id, limit, position_of(cursor))


@router.get(PATH + "/{document_id}", dependencies=READ, responses=described(404))
async def get_document(library_id: UUID, document_id: UUID, services: ServicesDep) -> DocumentAnswer:
    """A document."""
    return await documents.found(services, library_id, document_id)


@router.get(PATH + "/{document_id}/chunks", dependencies=READ, responses=described(404))
async def list_chunks(
    library_id: UUID,
    document_id: UUID,
    services: ServicesDep,
    start: Annotated[int, Query(alias="from", ge=0, lt=2**31)] = 0,
    limit: PageSize = 50,
) -> ChunkPage:
    """Chunks of a document, in order."""
    return await documents.chunks(services, library_id, document_id, start, limit)


@router.put(
    PATH + "/{document_id}",
    dependencies=WRITE,
    responses={
        201: {"model": DocumentAnswer, "description": "Created."},
        202: PENDING,
        **described(404, 409),
    },
)
async def put_document(
    library_id: UUID, document_id: UUID, content: DocumentContent, services: ServicesDep, response: Response
) -> DocumentAnswer:
    """Creates a document under this id, or replaces it with all its chunks."""
    answer, created = await documents.write(services, library_id, document_id, content, replacing=True)
    return with_status(response, answer, created)


@router.delete(
    PATH + "/{document_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=WRITE,
    responses={
        202: {"model": PendingAnswer, "description": "Gone; its vectors follow when Qdrant answers."},
        **described(404),
    },
)
async def delete_document(library_id: UUID, document_id: UUID, services: ServicesDep) -> Response:
    """Deletes a document with its chunks and vectors."""
    return gone(await documents.remove(services, library_id, document_id))


def with_status(response: Response, answer: DocumentAnswer, created: bool) -> DocumentAnswer:
    """202 for what is pending, 201 for what is new, 200 for what was there."""
    if answer.indexing == "pending":
        response.status_code = status.HTTP_202_ACCEPTED
    else:
        response.status_code = status.HTTP_201_CREATED if created else status.HTTP_200_OK
    return answer
