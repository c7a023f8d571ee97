"""Collections of Qdrant."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response, status

from gateway.domain import collections
from gateway.problems import described
from gateway.routes.access import ADMIN, READ
from gateway.schemas.collections import CollectionAnswer, CollectionNames, CollectionRequest
from gateway.schemas.common import CollectionName
from gateway.services import ServicesDep

router = APIRouter(tags=["collections"])
Name = Annotated[CollectionName, Path()]


@router.get("/collections", dependencies=READ)
async def list_collections(services: ServicesDep) -> CollectionNames:
    """The names of all collections."""
    return CollectionNames(items=await collections.names(services))


@router.post(
    "/collections",
    status_code=status.HTTP_201_CREATED,
    dependencies=ADMIN,
    responses={
        200: {"model": CollectionAnswer, "description": "It is there already, and the same."},
        **described(409),
    },
)
async def create_collection(
    request: CollectionRequest, services: ServicesDep, response: Response
) -> CollectionAnswer:
    """Makes a collection."""
    answer, created = await collections.create(services, request)
    if not created:
        response.status_code = status.HTTP_200_OK
    return answer


@router.get("/collections/{name}", dependencies=READ, responses=described(404))
async def get_collection(name: Name, services: ServicesDep) -> CollectionAnswer:
    """A collection."""
    return await collections.described(services, name)


@router.delete(
    "/collections/{name}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=ADMIN,
    responses=described(404, 409),
)
async def delete_collection(name: Name, services: ServicesDep) -> None:
    """Deletes a collection with its vectors and their metadata. Libraries in it must go first."""
    await collections.remove(services, name)
