"""The GraphQL schema: reading only; writes are REST's."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID

import strawberry
import structlog
from graphql import GraphQLError
from pydantic import TypeAdapter, ValidationError
from strawberry.extensions import MaskErrors, MaxAliasesLimiter, MaxTokensLimiter, QueryDepthLimiter

from gateway import __version__
from gateway.domain import documents, libraries, search
from gateway.graphql.admission import KeyedIntrospection, OneOperation
from gateway.graphql.context import Context
from gateway.graphql.types import Document, Documents, Health, Libraries, Library, SearchResult
from gateway.limits import in_force
from gateway.problems import ApiProblem
from gateway.schemas.page import position_of
from gateway.schemas.search import SearchRequest
from gateway.settings import Settings

MOST_ALIASES = 15
MOST_ITEMS = 100
Info = strawberry.Info[Context, None]
First = Annotated[int, strawberry.argument(description=f"Items a page, at most {MOST_ITEMS}.")]
log = structlog.get_logger("gateway.graphql")


def _first(first: int) -> int:
    if not 1 <= first <= MOST_ITEMS:
        raise ApiProblem(422, "Invalid request", f"first: must be from 1 to {MOST_ITEMS}")
    return first


def _search_request(settings: Settings, **given: Any) -> SearchRequest:
    """Held to the limits of REST."""
    try:
        with in_force(settings):
            return TypeAdapter(SearchRequest).validate_python(given)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ApiProblem(422, "Invalid request", wrong) from None


@strawberry.type
class Query:
    @strawberry.field(description="Whether the gateway answers. Needs no key.")
    def health(self) -> Health:
        return Health(status="healthy", version=__version__)

    @strawberry.field(description="Libraries, oldest first.")
    async def libraries(self, info: Info, first: First = 50, after: str | None = None) -> Libraries:
        async with info.context.entered("read") as services:
            return Libraries.of(await libraries.listed(services, _first(first), position_of(after)))

    @strawberry.field(description="A library.")
    async def library(self, info: Info, id: UUID) -> Library:
        async with info.context.entered("read") as services:
            return Library.of(await libraries.found(services, id))

    @strawberry.field(description="Documents of a library, oldest first.")
    async def documents(
        self, info: Info, library_id: UUID, first: First = 50, after: str | None = None
    ) -> Documents:
        async with info.context.entered("read") as services:
            page = await documents.listed(services, library_id, _first(first), position_of(after))
            return Documents.of(page)

    @strawberry.field(description="A document of a library.")
    async def document(self, info: Info, library_id: UUID, id: UUID) -> Document:
        async with info.context.entered("read") as services:
            return Document.of(await documents.found(services, library_id, id))

    @strawberry.field(description="The chunks of a library that are nearest to the query, best first.")
    async def search(
        self,
        info: Info,
        library_id: UUID,
        query: str,
        k: int | None = None,
        document_ids: list[UUID] | None = None,
        score_threshold: float | None = None,
    ) -> SearchResult:
        async with info.context.entered("read", "search") as services:
            request = _search_request(
                services.settings,
                query=query,
                document_ids=document_ids,
                score_threshold=score_threshold,
                **({} if k is None else {"k": k}),
            )
            return SearchResult.of(await search.search(services, library_id, request))


class Schema(strawberry.Schema):
    """A schema that logs what is the gateway's fault, and nothing else."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Errors of the request are the client's to see, not the log's."""
        del execution_context
        for error in errors:
            if unexpected(error):
                log.error("unexpected_error", exc_info=error.original_error)


def unexpected(error: GraphQLError) -> bool:
    """Whether an error is a fault of the gateway, of which the client is told nothing."""
    return error.original_error is not None and not isinstance(
        error.original_error, ApiProblem | GraphQLError
    )


@lru_cache
def schema_for(depth: int, tokens: int) -> Schema:
    """The schema with its limits."""
    return Schema(
        query=Query,
        extensions=[
            lambda: QueryDepthLimiter(max_depth=depth),
            lambda: MaxTokensLimiter(max_token_count=tokens),
            lambda: MaxAliasesLimiter(max_alias_count=MOST_ALIASES),
            OneOperation,
            KeyedIntrospection,
            lambda: MaskErrors(should_mask_error=unexpected, error_message="The gateway failed."),
        ],
    )
