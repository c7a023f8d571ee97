"""Collections: what they take, and how they come and go."""

from __future__ import annotations

from collections.abc import Sequence

from citadel.listing import Description, describe
from citadel.models import Collection, Library, OutboxEntry
from citadel.outbox import collection_id, known_collection
from qdrant_client import models
from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.database import read, transaction
from gateway.domain.dependencies import from_qdrant
from gateway.problems import ApiProblem, DependencyUnavailable, NotFound
from gateway.schemas.collections import CollectionAnswer, CollectionRequest
from gateway.services import Services


async def described(services: Services, name: str, seconds: float | None = None) -> CollectionAnswer:
    """A collection as Qdrant has it; 404 where it has none. `seconds` bounds the wait for it."""
    try:
        info = await from_qdrant(services, services.qdrant.get_collection(name), seconds)
    except ApiProblem as problem:
        if problem.status == 404:
            services.sizes.forget(name)
            raise NotFound("collection", name) from None
        raise
    vectors = info.config.params.vectors
    single = vectors if isinstance(vectors, models.VectorParams) else None
    if single is not None:
        services.sizes.saw(name, single.size)
    return CollectionAnswer(
        name=name,
        status=info.status.value,
        points=info.points_count or 0,
        size=single.size if single else None,
        distance=single.distance.value if single else None,
    )


async def size_of(services: Services, name: str) -> int:
    """How many numbers a vector must have. Known for a while, and from PostgreSQL while Qdrant is away."""
    fresh = services.sizes.fresh(name)
    if fresh is not None:
        return fresh
    try:
        size = (await described(services, name)).size
    except DependencyUnavailable:
        size = services.sizes.last(name) or await _recorded_size(services, name)
        if size is None:
            raise
    if size is None:
        raise ApiProblem(
            422, "Named vectors", f"The vectors of collection {name} have names; use Qdrant itself."
        )
    return size


async def _recorded_size(services: Services, name: str) -> int | None:
    statement = select(Collection.vector_size).where(Collection.name == name)
    return await read(services, lambda session: session.scalar(statement))


def check_size(name: str, size: int, vectors: Sequence[Sequence[float]], where: str) -> None:
    """422 for the first vector that does not fit its collection."""
    for index, vector in enumerate(vectors):
        if len(vector) != size:
            detail = f"{where.format(index)} has {len(vector)} numbers where collection {name} takes {size}."
            raise ApiProblem(422, "Wrong dimension", detail)


async def names(services: Services) -> list[str]:
    """All collections of Qdrant, in order."""
    found = await from_qdrant(services, services.qdrant.get_collections())
    return sorted(each.name for each in found.collections)


async def held(services: Services, session: AsyncSession, name: str) -> int:
    """The row of a collection; until the transaction ends nobody deletes that. 404 where it is gone.

    Where there is no row it is made first, which keeps out who deletes; then Qdrant is asked.
    """
    row = await known_collection(session, name)
    if row is None:
        row = await collection_id(session, name)
        found = await described(services, name, _within_transaction(services))
        await describe(session, row, _description(found))
    return row


def _description(found: CollectionAnswer) -> Description | None:
    return Description(found.size, found.distance) if found.size and found.distance else None


async def record(services: Services, name: str, size: int, distance: str) -> None:
    """Sees to it that a collection of Qdrant has its row, with what is known of it."""
    async with transaction(services) as session:
        row = await held(services, session, name)
        await describe(session, row, Description(size, distance))


def _within_transaction(services: Services) -> float:
    """Seconds that Qdrant has while a transaction is open."""
    return services.settings.DATABASE_TIMEOUT_SECONDS / 2


async def index_library_ids(services: Services, name: str) -> None:
    """Lets searches find the points of one library without looking at those of the others."""
    schema = models.PayloadSchemaType.KEYWORD
    call = services.qdrant.create_payload_index(name, "library_id", field_schema=schema, wait=False)
    await from_qdrant(services, call)


async def create(services: Services, request: CollectionRequest) -> tuple[CollectionAnswer, bool]:
    """Makes a collection; a repetition finds it made. 409 where one of the name is different.

    Its row is locked meanwhile: Qdrant fails some of those who make or delete a collection at the same time.
    """
    async with transaction(services) as session:
        row, _ = await _locked(session, request.name)
        refusal = await _refusal(services, request)
        try:
            found = await described(services, request.name, _within_transaction(services))
        except NotFound as missing:
            raise refusal or missing from None
        if (found.size, found.distance) != (request.size, request.distance):
            detail = f"Collection {request.name} exists with another size or distance."
            raise ApiProblem(409, "Conflict", detail)
        await describe(session, row, _description(found))
    return found, refusal is None


async def _locked(session: AsyncSession, name: str) -> tuple[int, bool]:
    """The row of a collection, alone the caller's until the transaction ends; whether it was made for that.

    Somebody may delete the row that kept it from being made; then it is made after all.
    """
    insert_row = insert(Collection).values(name=name).on_conflict_do_nothing().returning(Collection.id)
    select_row = select(Collection.id).where(Collection.name == name).with_for_update()
    while True:
        made = await session.scalar(insert_row)
        row = made if made is not None else await session.scalar(select_row)
        if row is not None:
            return row, made is not None


async def _refusal(services: Services, request: CollectionRequest) -> ApiProblem | None:
    """Has Qdrant make a collection; what it says where it will not, as for a name that is taken."""
    params = models.VectorParams(
        size=request.size, distance=models.Distance(request.distance), on_disk=request.on_disk
    )
    call = services.qdrant.create_collection(request.name, vectors_config=params)
    try:
        await from_qdrant(services, call, _within_transaction(services))
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return problem
    return None


async def remove(services: Services, name: str) -> None:
    """Deletes a collection with all that is known of it; 409 while libraries lie in it.

    Its row, made where there is none, is locked meanwhile, which keeps writers out. What is left over when
    PostgreSQL fails at the end is removed by a repetition.
    """
    async with transaction(services) as session:
        row, made = await _locked(session, name)
        if await session.scalar(select(exists().where(Library.collection_id == row))):
            raise ApiProblem(409, "Conflict", f"Libraries lie in collection {name}; delete them first.")
        await session.execute(delete(OutboxEntry).where(OutboxEntry.collection_id == row))
        await session.execute(delete(Collection).where(Collection.id == row))
        seconds = _within_transaction(services)
        there = await from_qdrant(services, services.qdrant.collection_exists(name), seconds)
        if made and not there:
            services.sizes.forget(name)
            raise NotFound("collection", name)
        await from_qdrant(services, services.qdrant.delete_collection(name), seconds)
    services.sizes.forget(name)
    await services.cache.invalidate([name])
