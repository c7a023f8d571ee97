"""What Qdrant, or the edge in its place, answers is what the client is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from qdrant_client import AsyncQdrantClient

from gateway import services as made
from gateway.domain.dependencies import from_qdrant
from gateway.problems import ApiProblem
from gateway.services import Services
from gateway.settings import Settings

EDGE = b'{"title":"no server can take the request now","status":503}'

Answering = Callable[..., AsyncQdrantClient]


@pytest.fixture
async def services(make_settings: Callable[..., Settings]) -> AsyncIterator[Services]:
    found = made.build(make_settings())
    yield found
    await found.close()


@asynccontextmanager
async def answering(status: int, content: bytes, **headers: str) -> AsyncIterator[AsyncQdrantClient]:
    """A client of a server that answers everything so."""
    client = AsyncQdrantClient(url="http://qdrant.invalid:6330", check_compatibility=False)
    response = httpx.Response(status, content=content, headers=headers)
    transport = httpx.MockTransport(lambda _: response)
    http = client._client.http.client  # type: ignore[attr-defined]
    http._async_client = httpx.AsyncClient(transport=transport, base_url="http://qdrant.invalid:6330")
    yield client
    await client.close()


async def problem_of(services: Services, call: Awaitable[object]) -> ApiProblem:
    with pytest.raises(ApiProblem) as caught:
        await from_qdrant(services, call)
    return caught.value


async def test_what_the_edge_answers_in_its_place_is_503_with_its_reason_and_its_time(
    services: Services,
) -> None:
    async with answering(503, EDGE, **{"retry-after": "7"}) as client:
        problem = await problem_of(services, client.delete_collection("documents"))
    assert (problem.status, problem.dependency) == (503, "qdrant")
    assert problem.detail == "qdrant: no server can take the request now"
    assert problem.headers["Retry-After"] == "7"


@pytest.mark.parametrize("content", [b"<html>", b"{}", b"[]", b'"no"'])
async def test_a_503_that_says_nothing_usable_is_one_that_says_when_to_come_back(
    services: Services, content: bytes
) -> None:
    async with answering(503, content, **{"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}) as client:
        problem = await problem_of(services, client.delete_collection("documents"))
    assert problem.detail == "qdrant: it answered 503"
    assert problem.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("status", "told"), [(404, 404), (400, 422), (422, 422), (409, 409), (500, 503), (401, 503)]
)
async def test_what_qdrant_refuses_is_told_apart_from_what_it_cannot_do(
    services: Services, status: int, told: int
) -> None:
    async with answering(status, b'{"status":{"error":"why"}}') as client:
        problem = await problem_of(services, client.get_collection("documents"))
    assert problem.status == told
