"""The search service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import grpc
import structlog
from pydantic import ValidationError
from pydantic_core import to_json
from starlette.datastructures import Headers

from gateway.domain import search
from gateway.limits import in_force
from gateway.problems import ApiProblem
from gateway.rpc import search_pb2, search_pb2_grpc
from gateway.rpc.caller import admitted, client_by, headers_of
from gateway.rpc.observed import observed
from gateway.schemas.search import SearchAnswer, SearchRequest
from gateway.services import Services
from gateway.settings import Settings

ROUTE = "/vdb.gateway.v1.Search/Search"
CODES = {
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    409: grpc.StatusCode.FAILED_PRECONDITION,
    422: grpc.StatusCode.INVALID_ARGUMENT,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    503: grpc.StatusCode.UNAVAILABLE,
}
Context = grpc.aio.ServicerContext[search_pb2.SearchRequest, search_pb2.SearchResponse]
log = structlog.get_logger("gateway.rpc")


class SearchService(search_pb2_grpc.SearchServicer):
    """`vdb.gateway.v1.Search`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def Search(self, request: search_pb2.SearchRequest, context: Context) -> search_pb2.SearchResponse:
        """Answers as the search of REST does, with a status code for each of its problems."""
        headers = headers_of(context.invocation_metadata() or ())
        client = client_by(context.peer(), headers, self._services.settings)
        async with observed(ROUTE, context, client):
            return await self._search(request, context, client, headers)

    async def _search(
        self, request: search_pb2.SearchRequest, context: Context, client: str, headers: Headers
    ) -> search_pb2.SearchResponse:
        try:
            await admitted(self._services, client, headers)
            library, wanted = asked(request, self._services.settings)
            return answered(await search.search(self._services, library, wanted))
        except ApiProblem as problem:
            await refuse(context, problem)
            raise
        except Exception:
            log.exception("unexpected_error")
            await context.abort(grpc.StatusCode.INTERNAL, "The gateway failed.")
            raise


async def refuse(context: Context, problem: ApiProblem) -> None:
    """Ends the call with the problem; what REST says in headers and fields is in the trailing metadata."""
    trailing = {"dependency": problem.dependency, "retry-after": problem.headers.get("Retry-After")}
    code = CODES.get(problem.status, grpc.StatusCode.UNKNOWN)
    known = tuple((name, value) for name, value in trailing.items() if value is not None)
    await context.abort(code, problem.detail or problem.title, known)


def asked(request: search_pb2.SearchRequest, settings: Settings) -> tuple[UUID, SearchRequest]:
    """The request as REST has it, held to the same limits. Raises 422."""
    given: dict[str, Any] = {"query": request.query}
    if request.HasField("k"):
        given["k"] = request.k
    if request.HasField("score_threshold"):
        given["score_threshold"] = request.score_threshold
    if request.document_ids:
        given["document_ids"] = list(request.document_ids)
    try:
        with in_force(settings):
            return UUID(request.library_id), SearchRequest(**given)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ApiProblem(422, "Invalid request", wrong) from None
    except ValueError:
        raise ApiProblem(422, "Invalid request", "library_id: must be a UUID") from None


def answered(answer: SearchAnswer) -> search_pb2.SearchResponse:
    """The answer as gRPC has it."""
    hits = [
        search_pb2.Hit(
            document_id=str(hit.document_id),
            title=hit.title,
            chunk_index=hit.chunk_index,
            text=hit.text,
            score=hit.score,
            metadata=to_json(hit.metadata).decode(),
        )
        for hit in answer.results
    ]
    return search_pb2.SearchResponse(results=hits, took_ms=answer.took_ms, cached=answer.cached)
