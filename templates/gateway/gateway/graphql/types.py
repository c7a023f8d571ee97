"""The types of the GraphQL schema, made of the answers of REST."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from gateway.schemas.documents import DocumentAnswer, DocumentPage
from gateway.schemas.libraries import LibraryAnswer, LibraryPage
from gateway.schemas.search import SearchAnswer, SearchHit


@strawberry.type(description="The process answers.")
class Health:
    status: str
    version: str


@strawberry.type(description="Documents that are searched together.")
class Library:
    id: UUID
    name: str
    model: str
    collection: str
    index_type: str
    metadata: JSON
    document_count: int
    created_at: datetime

    @classmethod
    def of(cls, answer: LibraryAnswer) -> Self:
        values = answer.model_dump(exclude={"documents"})
        return cls(**values, document_count=answer.documents)


@strawberry.type(description="Libraries, oldest first.")
class Libraries:
    items: list[Library]
    next_cursor: str | None

    @classmethod
    def of(cls, page: LibraryPage) -> Self:
        return cls(items=[Library.of(each) for each in page.items], next_cursor=page.next_cursor)


@strawberry.type(description="A title and its chunks.")
class Document:
    id: UUID
    library_id: UUID
    title: str
    metadata: JSON
    chunk_count: int
    indexing: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, answer: DocumentAnswer) -> Self:
        return cls(**answer.model_dump(exclude={"chunks"}), chunk_count=answer.chunks)


@strawberry.type(description="Documents of a library, oldest first.")
class Documents:
    items: list[Document]
    next_cursor: str | None

    @classmethod
    def of(cls, page: DocumentPage) -> Self:
        return cls(items=[Document.of(each) for each in page.items], next_cursor=page.next_cursor)


@strawberry.type(description="A chunk that was found.")
class Hit:
    document_id: UUID
    title: str
    chunk_index: int
    text: str
    score: float
    metadata: JSON

    @classmethod
    def of(cls, hit: SearchHit) -> Self:
        return cls(**hit.model_dump())


@strawberry.type(description="The best hits first.")
class SearchResult:
    results: list[Hit]
    took_ms: float
    cached: bool

    @classmethod
    def of(cls, answer: SearchAnswer) -> Self:
        hits = [Hit.of(each) for each in answer.results]
        return cls(results=hits, took_ms=answer.took_ms, cached=answer.cached)
