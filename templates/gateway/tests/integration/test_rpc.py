"""gRPC: health and search over a real connection."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from citadel import keys
from citadel_testing import free_port
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway.rpc import search_pb2, search_pb2_grpc
from gateway.rpc.caller import address_of
from gateway.settings import Settings

from .conftest import Gateway, MakeGateway

SERVICE = "vdb.gateway.v1.Search"


class Client:
    """A client of one gateway."""

    def __init__(self, gateway: Gateway, channel: grpc.aio.Channel) -> None:
        self.gateway = gateway
        self.health = health_pb2_grpc.HealthStub(channel)
        self.stub = search_pb2_grpc.SearchStub(channel)

    async def search(self, *, metadata: Any = None, **given: Any) -> search_pb2.SearchResponse:
        found: search_pb2.SearchResponse = await self.stub.Search(
            search_pb2.SearchRequest(**given), metadata=metadata, timeout=10
        )
        return found

    async def refused(self, *, metadata: Any = None, **given: Any) -> grpc.aio.AioRpcError:
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await self.search(metadata=metadata, **given)
        return refusal.value


@pytest.fixture
def make_client(make_gateway: MakeGateway) -> Callable[..., Any]:
    @asynccontextmanager
    async def make(**given: Any) -> AsyncIterator[Client]:
        port = free_port()
        async with (
            make_gateway(GRPC_PORT=port, **given) as gateway,
            grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
        ):
            await asyncio.wait_for(channel.channel_ready(), 10)
            yield Client(gateway, channel)

    return make


@pytest.fixture
async def client(make_client: Callable[..., Any]) -> AsyncIterator[Client]:
    async with make_client() as made:
        yield made


async def test_a_search_gives_what_rest_gives(client: Client) -> None:
    gateway = client.gateway
    library = await gateway.library()
    document = await gateway.document(library, "one", "two", title="Title", metadata={"a": [1]})
    found = await client.search(library_id=library, query="one", k=1)
    assert not found.cached
    assert len(found.results) == 1
    hit = found.results[0]
    assert (hit.text, hit.title, hit.document_id, hit.chunk_index) == ("one", "Title", document, 0)
    assert hit.score == pytest.approx(1.0, abs=1e-5)
    assert json.loads(hit.metadata) == {"a": [1]}
    rest = await gateway.search(library, "one", 1)
    assert rest["cached"]
    assert rest["results"][0]["score"] == pytest.approx(hit.score)
    assert len((await client.search(library_id=library, query="one")).results) == 2
    held = {"document_ids": [document], "score_threshold": 0.99}
    assert [each.text for each in (await client.search(library_id=library, query="one", **held)).results] == [
        "one"
    ]


async def test_each_problem_has_its_code(client: Client) -> None:
    gateway = client.gateway
    library = await gateway.library()
    unknown = await client.refused(library_id=str(uuid.uuid4()), query="x")
    assert unknown.code() == grpc.StatusCode.NOT_FOUND
    for given in (
        {"query": "x"},
        {"library_id": "nonsense", "query": "x"},
        {"library_id": library},
        {"library_id": library, "query": "x" * 1001},
        {"library_id": library, "query": "x", "k": 0},
        {"library_id": library, "query": "x", "k": 101},
        {"library_id": library, "query": "x", "document_ids": ["x"]},
        {"library_id": library, "query": "x", "score_threshold": float("nan")},
    ):
        refusal = await client.refused(**given)
        assert refusal.code() == grpc.StatusCode.INVALID_ARGUMENT, given
    gateway.stub.fault = "garbage"
    down = await client.refused(library_id=library, query="x")
    assert down.code() == grpc.StatusCode.UNAVAILABLE
    assert dict(down.trailing_metadata())["dependency"] == "model:general"
    assert dict(down.trailing_metadata())["retry-after"] == "5"


async def test_a_key_with_the_scope_is_needed(make_client: Callable[..., Any]) -> None:
    async with make_client(API_KEY_AUTH=True) as client:
        async with client.gateway.services.database.session() as session:
            issued = {
                scope: (await keys.issue(session, uuid.uuid4().hex, [scope])).key
                for scope in ("read", "write")
            }
        given = {"library_id": str(uuid.uuid4()), "query": "x"}
        for metadata, code in (
            (None, grpc.StatusCode.UNAUTHENTICATED),
            ((("x-api-key", "nonsense"),), grpc.StatusCode.UNAUTHENTICATED),
            ((("x-api-key-bin", b"nonsense"),), grpc.StatusCode.UNAUTHENTICATED),
            ((("x-api-key", issued["write"]),), grpc.StatusCode.PERMISSION_DENIED),
            ((("x-api-key", issued["read"]),), grpc.StatusCode.NOT_FOUND),
            ((("authorization", f"Bearer {issued['read']}"),), grpc.StatusCode.NOT_FOUND),
        ):
            assert (await client.refused(metadata=metadata, **given)).code() == code
        checked = await client.health.Check(health_pb2.HealthCheckRequest())
        assert checked.status == health_pb2.HealthCheckResponse.SERVING


async def test_searches_count_with_those_of_rest(make_client: Callable[..., Any]) -> None:
    async with make_client(RATE_LIMIT_ENABLED=True, RATE_LIMIT_SEARCH="2/minute") as client:
        library = await client.gateway.library()
        await client.gateway.search(library, "x")
        await client.search(library_id=library, query="x")
        refusal = await client.refused(library_id=library, query="x")
        assert refusal.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert int(dict(refusal.trailing_metadata())["retry-after"]) > 0
        forwarded = (("x-forwarded-for", "198.51.100.7"),)
        await client.search(library_id=library, query="x", metadata=forwarded)


async def test_a_stranger_is_refused(make_client: Callable[..., Any]) -> None:
    async with make_client(IP_ALLOWLIST=["192.0.2.0/24"]) as client:
        library = await client.gateway.library()
        await client.search(library_id=library, query="x")
        stranger = (("x-forwarded-for", "198.51.100.7"),)
        refusal = await client.refused(library_id=library, query="x", metadata=stranger)
        assert refusal.code() == grpc.StatusCode.PERMISSION_DENIED
        friend = (("x-forwarded-for", "192.0.2.7"),)
        await client.search(library_id=library, query="x", metadata=friend)


async def test_a_fault_of_the_gateway_is_told_without_its_cause(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("gateway.domain.search.search", broken)
    refusal = await client.refused(library_id=str(uuid.uuid4()), query="x")
    assert (refusal.code(), refusal.details()) == (grpc.StatusCode.INTERNAL, "The gateway failed.")


async def test_a_message_that_is_too_large_is_refused(make_client: Callable[..., Any]) -> None:
    async with make_client(MAX_BODY_BYTES=10_000) as client:
        refusal = await client.refused(library_id=str(uuid.uuid4()), query="x" * 20_000)
        assert refusal.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_health_follows_readiness(
    make_client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.rpc.server.LOOK_SECONDS", 0.1)
    async with make_client(READINESS_CACHE_SECONDS=0) as client:
        for name in ("", SERVICE):
            request = health_pb2.HealthCheckRequest(service=name)
            assert (await client.health.Check(request)).status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(grpc.aio.AioRpcError) as unknown:
            await client.health.Check(health_pb2.HealthCheckRequest(service="nobody"))
        assert unknown.value.code() == grpc.StatusCode.NOT_FOUND
        seen = []
        async for answer in client.health.Watch(health_pb2.HealthCheckRequest(service=SERVICE)):
            seen.append(answer.status)
            if len(seen) == 2:
                break

            async def down() -> Any:
                return type("Readiness", (), {"status": "not ready"})

            monkeypatch.setattr(type(client.gateway.services.readiness), "look", lambda _: down())
        serving, not_serving = (
            health_pb2.HealthCheckResponse.SERVING,
            health_pb2.HealthCheckResponse.NOT_SERVING,
        )
        assert seen == [serving, not_serving]


async def test_two_workers_share_the_port(
    make_gateway: MakeGateway, make_live: Callable[..., Settings]
) -> None:
    port = free_port()
    async with make_gateway(GRPC_PORT=port), make_gateway(GRPC_PORT=port):
        for _ in range(8):
            options = [("grpc.use_local_subchannel_pool", 1)]
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
                stub = health_pb2_grpc.HealthStub(channel)
                checked = await stub.Check(health_pb2.HealthCheckRequest(), wait_for_ready=True, timeout=10)
                assert checked.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize(
    ("peer", "address"),
    [("ipv4:127.0.0.1:50000", "127.0.0.1:50000"), ("ipv6:%5B::1%5D:50000", "[::1]:50000")],
)
def test_a_peer_is_read(peer: str, address: str) -> None:
    assert address_of(peer) == address


async def test_a_call_has_an_id_and_is_measured(client: Client) -> None:
    library = await client.gateway.library()
    call = client.stub.Search(
        search_pb2.SearchRequest(library_id=library, query="x"), metadata=(("x-request-id", "request-12345"),)
    )
    assert dict(await call.initial_metadata())["x-request-id"] == "request-12345"
    await call
    await client.refused(library_id=str(uuid.uuid4()), query="x")
    text = (await client.gateway.http.get("/metrics")).text
    for status in ("OK", "NOT_FOUND"):
        line = (
            f'gateway_requests_total{{method="gRPC",route="/vdb.gateway.v1.Search/Search",status="{status}"}}'
        )
        assert line in text
