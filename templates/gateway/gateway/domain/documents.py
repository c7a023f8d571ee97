"""Documents with their chunks."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from uuid import UUID

from citadel.models import Chunk, Document, Library, OutboxEntry, VectorMetadata
from citadel.outbox import Point, enqueue_delete, enqueue_upsert
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    delete,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.database import read, rows_of, transaction
from gateway.domain import collections
from gateway.domain.dependencies import embeddings, unavailable_model
from gateway.domain.libraries import Shelf, shelf
from gateway.domain.writes import applied
from gateway.embedding import Vector
from gateway.problems import ApiProblem, NotFound
from gateway.schemas.common import Applied, Indexing
from gateway.schemas.documents import (
    ChunkAnswer,
    ChunkPage,
    DocumentAnswer,
    DocumentContent,
    DocumentPage,
    DocumentRequest,
)
from gateway.schemas.page import Position, cursor_after
from gateway.services import Services


def point_id(document: UUID, index: int) -> str:
    """The id of a chunk's vector: the same whenever the chunk is written."""
    return str(uuid.uuid5(document, str(index)))


async def create(
    services: Services, library: UUID, request: DocumentRequest, key: str | None
) -> tuple[DocumentAnswer, bool]:
    """A new document, or the one that an earlier request with this id or key has made; 409 if it differs."""
    id = request.id or (uuid.uuid5(library, key) if key else uuid.uuid4())
    if request.id is not None or key is not None:
        before = await read(services, lambda session: _same(session, library, id, request))
        if before is not None:
            return before, False
    return await write(services, library, id, request, replacing=False)


async def _same(
    session: AsyncSession, library: UUID, id: UUID, content: DocumentContent
) -> DocumentAnswer | None:
    """The document, where there is one that has vectors or gets them; 409 for one with other content."""
    row = (await session.execute(_documents().where(Document.id == id))).first()
    if row is None:
        return None
    statement = select(Chunk.text).where(Chunk.document_id == id).order_by(Chunk.chunk_index)
    texts = list((await session.scalars(statement)).all())
    answer = _answer(row)
    asked = (library, content.title, content.metadata, content.texts)
    if (answer.library_id, answer.title, answer.metadata, texts) != asked:
        raise ApiProblem(409, "Conflict", f"Document {id} exists with other content; PUT replaces it.")
    return answer if answer.indexing in ("indexed", "pending") else None


async def write(
    services: Services, library: UUID, id: UUID, content: DocumentContent, *, replacing: bool
) -> tuple[DocumentAnswer, bool]:
    """Creates a document, or replaces it; 409 where another one is not to be replaced. True where it is new.

    Embedded first, then one transaction with the chunks, the metadata and the outbox, then Qdrant.
    """
    place = await read(services, lambda session: shelf(session, library))
    size = await collections.size_of(services, place.collection)
    vectors = await embeddings(services, place.model, content.texts, "document")
    if len(vectors[0]) != size:
        raise unfit(place, len(vectors[0]), size)
    async with transaction(services) as session:
        await shelf(session, library, locked=True)
        created = await _put_document(session, library, id, content, replacing=replacing)
        before = None if created or replacing else await _same(session, library, id, content)
        if before is not None:
            return before, False
        entries = await _write(session, place, id, content, vectors)
        answer = await _one(session, library, id)
    state = await applied(services, place.collection, entries)
    return answer.model_copy(update={"indexing": state}), created


def unfit(place: Shelf, length: int, size: int) -> ApiProblem:
    """503: the model does not make what its collection takes."""
    reason = f"its embeddings have {length} numbers where collection {place.collection} takes {size}"
    return unavailable_model(place.model, reason)


async def _write(
    session: AsyncSession, place: Shelf, id: UUID, content: DocumentContent, vectors: list[Vector]
) -> list[int]:
    """The chunks of a document in place of those that it had; the entries of the outbox."""
    old = await _old_points(session, id)
    points = [point_id(id, index) for index in range(len(content.texts))]
    await session.execute(delete(Chunk).where(Chunk.document_id == id))
    rows = [
        {"document_id": id, "chunk_index": index, "text": text, "point_id": points[index]}
        for index, text in enumerate(content.texts)
    ]
    await session.execute(insert(Chunk), rows)
    entries = await enqueue_delete(session, place.collection, sorted(old.keys() - set(points)))
    written = [
        Point(point, vector, _payload(place.id, id, index))
        for index, (point, vector) in enumerate(zip(points, vectors, strict=True))
    ]
    return entries + await enqueue_upsert(session, place.collection, written)


async def _put_document(
    session: AsyncSession, library: UUID, id: UUID, content: DocumentContent, *, replacing: bool
) -> bool:
    """True where the document is new; 409 where it lies in another library.

    One that is there is locked, and changed only where it is to be replaced.
    """
    values = {"title": content.title, "meta": content.metadata}
    statement = insert(Document).values(id=id, library_id=library, **values)
    replaced = {
        Document.title: content.title,
        Document.meta: content.metadata,
        Document.updated_at: func.now(),
    }
    statement = statement.on_conflict_do_update(
        index_elements=[Document.id],
        set_=replaced if replacing else {Document.id: Document.id},
        where=Document.library_id == library,
    )
    created = await session.scalar(statement.returning(literal_column("xmax = 0", Boolean)))
    if created is None:
        raise ApiProblem(409, "Conflict", f"Document {id} lies in another library.")
    return bool(created)


async def _old_points(session: AsyncSession, id: UUID) -> dict[str, None]:
    return dict.fromkeys((await session.scalars(select(Chunk.point_id).where(Chunk.document_id == id))).all())


def _payload(library: UUID, document: UUID, index: int) -> dict[str, str | int]:
    return {"library_id": str(library), "document_id": str(document), "chunk_index": index}


async def found(services: Services, library: UUID, id: UUID) -> DocumentAnswer:
    """A document; 404 where the library has none of this id."""
    return await read(services, lambda session: _one(session, library, id))


async def listed(services: Services, library: UUID, limit: int, after: Position | None) -> DocumentPage:
    """A page of the documents of a library, oldest first."""
    statement = (
        _documents()
        .where(Document.library_id == library)
        .order_by(Document.created_at, Document.id)
        .limit(limit + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(Document.created_at, Document.id) > after)

    async def page(session: AsyncSession) -> Sequence[Row[Document, int, Indexing]]:
        await shelf(session, library)
        return await rows_of(session, statement)

    rows = await read(services, page)
    items = [_answer(row) for row in rows[:limit]]
    more = len(rows) > limit
    return DocumentPage(
        items=items, next_cursor=cursor_after(items[-1].created_at, items[-1].id) if more else None
    )


async def chunks(services: Services, library: UUID, id: UUID, start: int, limit: int) -> ChunkPage:
    """Chunks of a document from an index on."""
    statement = (
        select(Chunk.chunk_index, Chunk.text, Chunk.point_id)
        .where(Chunk.document_id == id, Chunk.chunk_index >= start)
        .order_by(Chunk.chunk_index)
        .limit(limit + 1)
    )

    async def page(session: AsyncSession) -> Sequence[Row[int, str, str]]:
        await _one(session, library, id)
        return await rows_of(session, statement)

    rows = await read(services, page)
    items = [ChunkAnswer(chunk_index=row[0], text=row[1], point_id=row[2]) for row in rows[:limit]]
    return ChunkPage(items=items, next_index=rows[limit][0] if len(rows) > limit else None)


async def remove(services: Services, library: UUID, id: UUID) -> Applied:
    """Deletes a document with its chunks, metadata and vectors; 404 where there is none."""
    async with transaction(services) as session:
        place = await shelf(session, library, locked=True)
        statement = (
            select(Document.id).where(Document.id == id, Document.library_id == library).with_for_update()
        )
        if await session.scalar(statement) is None:
            raise NotFound("document", id)
        entries = await enqueue_delete(session, place.collection, sorted(await _old_points(session, id)))
        await session.execute(delete(Document).where(Document.id == id))
    return await applied(services, place.collection, entries)


def _documents() -> Select[Document, int, Indexing]:
    count = (
        select(func.count())
        .select_from(Chunk)
        .where(Chunk.document_id == Document.id)
        .correlate(Document)
        .scalar_subquery()
    )
    return select(Document, count, _indexing())


def _indexing() -> ColumnElement[Indexing]:
    """How far the vectors of the document are: as far as the worst of them."""
    collection = select(Library.collection_id).where(Library.id == Document.library_id)
    place = collection.correlate(Document).scalar_subquery()
    row = and_(VectorMetadata.point_id == Chunk.point_id, VectorMetadata.collection_id == place)
    refusal = and_(
        OutboxEntry.id == VectorMetadata.entry_id,
        VectorMetadata.indexed_at.is_(None),
        OutboxEntry.rejected_at.is_not(None),
    )
    worst = case(
        (func.bool_or(OutboxEntry.id.is_not(None)), "rejected"),
        (func.bool_or(VectorMetadata.id.is_(None)), "missing"),
        (func.bool_or(VectorMetadata.indexed_at.is_(None)), "pending"),
        else_="indexed",
    )
    chunks = select(worst).select_from(Chunk).outerjoin(VectorMetadata, row).outerjoin(OutboxEntry, refusal)
    return chunks.where(Chunk.document_id == Document.id).correlate(Document).scalar_subquery()


async def _one(session: AsyncSession, library: UUID, id: UUID) -> DocumentAnswer:
    statement = _documents().where(Document.id == id, Document.library_id == library)
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound("document", id)
    return _answer(row)


def _answer(row: Row[Document, int, Indexing]) -> DocumentAnswer:
    document, count, indexing = row
    return DocumentAnswer(
        id=document.id,
        library_id=document.library_id,
        title=document.title,
        metadata=document.meta,
        chunks=count,
        indexing=indexing,
        created_at=document.created_at,
        updated_at=document.updated_at,
    )
