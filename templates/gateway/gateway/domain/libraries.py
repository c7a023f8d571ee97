"""Libraries."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from uuid import UUID

from citadel.models import Chunk, Collection, Document, Library
from citadel.outbox import enqueue_delete
from sqlalchemy import Row, Select, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.database import read, rows_of, transaction
from gateway.domain import collections
from gateway.domain.writes import applied
from gateway.embedding import UnknownModel
from gateway.problems import ApiProblem, NotFound
from gateway.schemas.common import Applied
from gateway.schemas.libraries import LibraryAnswer, LibraryPage, LibraryRequest
from gateway.schemas.page import Position, cursor_after
from gateway.services import Services

_SPACE = UUID("7d0f3a52-8f0b-5c57-9a0e-5d1f6f0f7c11")


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a search or a write needs to know of a library."""

    id: UUID
    model: str
    collection: str
    exact: bool


async def create(services: Services, request: LibraryRequest, key: str | None) -> tuple[LibraryAnswer, bool]:
    """A new library, or the one that an earlier request with the same id or key has made."""
    model = _model(services, request.model)
    collection = services.embedder.model(model).collection
    found = await collections.described(services, collection)
    if found.size is None or found.distance is None:
        raise ApiProblem(422, "Named vectors", f"The vectors of collection {collection} have names.")
    await collections.record(services, collection, found.size, found.distance)
    await collections.index_library_ids(services, collection)
    id = request.id or (uuid.uuid5(_SPACE, key) if key else uuid.uuid4())
    values = {
        "id": id,
        "name": request.name,
        "model": model,
        "index_type": request.index_type,
        "meta": request.metadata,
    }
    async with transaction(services) as session:
        row = await collections.held(services, session, collection)
        made = await session.execute(
            insert(Library)
            .values(collection_id=row, **values)
            .on_conflict_do_nothing(index_elements=[Library.id])
            .returning(Library.id)
        )
        created = made.first() is not None
        answer = await _one(session, id)
    asked = (request.name, model, request.index_type, request.metadata)
    if (answer.name, answer.model, answer.index_type, answer.metadata) != asked:
        raise ApiProblem(409, "Conflict", f"Library {id} exists with other content.")
    return answer, created


def _model(services: Services, name: str | None) -> str:
    models = services.embedder.models()
    if name is None:
        if len(models) != 1:
            known = ", ".join(sorted(models)) or "none is configured"
            raise ApiProblem(422, "Model needed", f"model: one of the models must be named ({known}).")
        return next(iter(models))
    try:
        return services.embedder.model(name).name
    except UnknownModel:
        raise NotFound("model", name) from None


async def found(services: Services, id: UUID) -> LibraryAnswer:
    """A library; 404 where there is none."""
    return await read(services, lambda session: _one(session, id))


async def listed(services: Services, limit: int, after: Position | None) -> LibraryPage:
    """A page of libraries, oldest first."""
    statement = _libraries().order_by(Library.created_at, Library.id).limit(limit + 1)
    if after is not None:
        statement = statement.where(tuple_(Library.created_at, Library.id) > after)
    rows = await read(services, lambda session: rows_of(session, statement))
    items = [_answer(row) for row in rows[:limit]]
    more = len(rows) > limit
    return LibraryPage(
        items=items, next_cursor=cursor_after(items[-1].created_at, items[-1].id) if more else None
    )


async def remove(services: Services, id: UUID) -> Applied:
    """Deletes a library with its documents, chunks, metadata and vectors; 404 where there is none."""
    async with transaction(services) as session:
        collection = await _locked(session, id)
        statement = select(Chunk.point_id).join(Document).where(Document.library_id == id)
        points = (await session.scalars(statement)).all()
        entries = await enqueue_delete(session, collection, points)
        await session.execute(delete(Library).where(Library.id == id))
    return await applied(services, collection, entries)


async def shelf(session: AsyncSession, id: UUID, *, locked: bool = False) -> Shelf:
    """A library for a search; `locked` for a write, so that it stays until that is done. Raises 404."""
    statement = (
        select(Library.model, Collection.name, Library.index_type)
        .join(Collection, Library.collection_id == Collection.id)
        .where(Library.id == id)
    )
    if locked:
        statement = statement.with_for_update(of=Library, key_share=True, read=True)
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound("library", id)
    return Shelf(id, row[0], row[1], row[2] == "flat")


async def _locked(session: AsyncSession, id: UUID) -> str:
    statement = (
        select(Collection.name)
        .join(Library, Library.collection_id == Collection.id)
        .where(Library.id == id)
        .with_for_update(of=Library)
    )
    collection = await session.scalar(statement)
    if collection is None:
        raise NotFound("library", id)
    return str(collection)


def _libraries() -> Select[Library, str, int]:
    documents = (
        select(func.count())
        .select_from(Document)
        .where(Document.library_id == Library.id)
        .correlate(Library)
        .scalar_subquery()
    )
    return select(Library, Collection.name, documents).join(
        Collection, Library.collection_id == Collection.id
    )


async def _one(session: AsyncSession, id: UUID) -> LibraryAnswer:
    row = (await session.execute(_libraries().where(Library.id == id))).first()
    if row is None:
        raise NotFound("library", id)
    return _answer(row)


def _answer(row: Row[Library, str, int]) -> LibraryAnswer:
    library, collection, documents = row
    return LibraryAnswer(
        id=library.id,
        name=library.name,
        model=library.model,
        collection=collection,
        index_type=library.index_type,
        metadata=library.meta,
        documents=documents,
        created_at=library.created_at,
    )
