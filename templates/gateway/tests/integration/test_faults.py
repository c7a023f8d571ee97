"""Each dependency stopped, killed and made to hang: a reason in time, and recovery without a restart."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from citadel import keys
from citadel.engine import Database
from citadel.migrate import upgrade
from citadel.settings import DatabaseSettings
from citadel_testing import (
    Postgres,
    Qdrant,
    Redis,
    Server,
    free_port,
    start_postgres,
    start_qdrant,
    start_redis,
)
from qdrant_client.models import Distance, VectorParams

from ..conftest import environment_of
from .conftest import SIZE, Gateway, MakeGateway
from .load import Load, load
from .processes import ROOT, Gunicorn, children_of, gunicorn

DOWN = {"title": "x", "texts": ["two"]}


@pytest.fixture
def qdrant_of_ones_own(tmp_path: Path) -> Any:
    running = start_qdrant(tmp_path / "qdrant")
    yield running
    running.server.process and running.server.process.send_signal(signal.SIGCONT)
    running.server.stop()


@pytest.fixture
def redis_of_ones_own(tmp_path: Path) -> Any:
    running = start_redis(tmp_path / "redis")
    yield running
    running.server.process and running.server.process.send_signal(signal.SIGCONT)
    running.server.stop()


@pytest.fixture
async def on_qdrant(make_gateway: MakeGateway, qdrant_of_ones_own: Qdrant) -> AsyncIterator[Gateway]:
    """A gateway on a Qdrant that may be stopped."""
    given = {"QDRANT_URL": qdrant_of_ones_own.url, "QDRANT_API_KEY": qdrant_of_ones_own.api_key}
    async with make_gateway(QDRANT_TIMEOUT_SECONDS=1, CACHE_ENABLED=False, **given) as gateway:
        yield gateway


def problem(answer: httpx.Response, dependency: str) -> dict[str, Any]:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    found: dict[str, Any] = answer.json()
    assert found["dependency"] == dependency
    assert found["detail"].startswith(f"{dependency}: ")
    return found


async def within(seconds: float, answer: Awaitable[httpx.Response]) -> httpx.Response:
    started = time.monotonic()
    found = await answer
    assert time.monotonic() - started < seconds
    return found


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)


async def test_a_collection_that_was_made_beside_it_takes_vectors_while_qdrant_is_away(
    on_qdrant: Gateway, qdrant_of_ones_own: Qdrant
) -> None:
    await on_qdrant.services.qdrant.create_collection(
        "beside", vectors_config=VectorParams(size=3, distance=Distance.COSINE)
    )
    body = {"collection": "beside", "points": [{"id": 1, "vector": [1.0, 0.0, 0.0]}]}
    assert (await on_qdrant.http.post("/v1/vectors/upsert", json=body)).status_code == 201
    assert qdrant_of_ones_own.server
    qdrant_of_ones_own.server.kill()
    on_qdrant.services.sizes.forget("beside")
    assert (await on_qdrant.http.post("/v1/vectors/upsert", json=body)).status_code == 202


async def test_without_qdrant_writes_are_kept_and_searches_are_503_until_it_is_back(
    on_qdrant: Gateway, qdrant_of_ones_own: Qdrant
) -> None:
    library = await on_qdrant.library()
    document = await on_qdrant.document(library, "one")
    assert qdrant_of_ones_own.server
    qdrant_of_ones_own.server.kill()
    base = f"/v1/libraries/{library}"
    http = on_qdrant.http

    for answer in (
        await within(3, http.post(f"{base}/search", json={"query": "one"})),
        await within(
            3,
            http.post(
                "/v1/vectors/search", json={"collection": on_qdrant.collection, "query_vector": [1.0] * 16}
            ),
        ),
        await within(3, http.get("/v1/collections")),
        await within(3, http.get(f"/v1/collections/{on_qdrant.collection}")),
        await within(3, http.post("/v1/libraries", json={"name": "x"})),
        await within(3, http.post("/v1/collections", json={"name": "another", "size": 3})),
    ):
        problem(answer, "qdrant")

    written = await within(5, http.post(f"{base}/documents", json=DOWN))
    assert (written.status_code, written.json()["indexing"]) == (202, "pending")
    path = f"{base}/documents/{written.json()['id']}"
    assert (await http.get(path)).json()["indexing"] == "pending"
    gone = await within(5, http.delete(f"{base}/documents/{document}"))
    assert (gone.status_code, gone.json()) == (202, {"indexing": "pending"})
    body = {"collection": on_qdrant.collection, "points": [{"id": 7, "vector": [1.0] * 16}]}
    assert (await within(5, http.post("/v1/vectors/upsert", json=body))).status_code == 202
    body = {"collection": on_qdrant.collection, "points": [{"id": 8, "vector": [1.0] * 15}]}
    assert (await within(5, http.post("/v1/vectors/upsert", json=body))).status_code == 422

    qdrant_of_ones_own.server.start()

    async def indexed() -> bool:
        return (await http.get(path)).json()["indexing"] == "indexed" and await on_qdrant.points() == 2

    await eventually(indexed)
    assert await on_qdrant.texts(library, "one") == ["two"]


async def test_a_worker_that_never_saw_the_collection_knows_its_size_from_postgresql(
    on_qdrant: Gateway, qdrant_of_ones_own: Qdrant
) -> None:
    await on_qdrant.library()
    on_qdrant.services.sizes.forget(on_qdrant.collection)
    assert qdrant_of_ones_own.server
    qdrant_of_ones_own.server.kill()
    for size, status in ((16, 202), (15, 422)):
        body = {"collection": on_qdrant.collection, "points": [{"id": 7, "vector": [1.0] * size}]}
        assert (await on_qdrant.http.post("/v1/vectors/upsert", json=body)).status_code == status
    body = {"collection": "never-seen", "points": [{"id": 7, "vector": [1.0]}]}
    problem(await on_qdrant.http.post("/v1/vectors/upsert", json=body), "qdrant")


async def test_a_qdrant_that_hangs_is_not_waited_for(on_qdrant: Gateway, qdrant_of_ones_own: Qdrant) -> None:
    library = await on_qdrant.library()
    await on_qdrant.document(library, "one")
    assert qdrant_of_ones_own.server
    assert qdrant_of_ones_own.server.process
    qdrant_of_ones_own.server.process.send_signal(signal.SIGSTOP)
    searches = [
        within(4, on_qdrant.http.post(f"/v1/libraries/{library}/search", json={"query": f"q{index}"}))
        for index in range(20)
    ]
    running = asyncio.gather(*searches)
    await asyncio.sleep(0.3)
    assert (await within(0.3, on_qdrant.http.get("/health"))).status_code == 200
    for answer in await running:
        problem(answer, "qdrant")
    written = await within(5, on_qdrant.http.post(f"/v1/libraries/{library}/documents", json=DOWN))
    assert written.status_code == 202
    qdrant_of_ones_own.server.process.send_signal(signal.SIGCONT)

    async def both() -> bool:
        answer = await on_qdrant.http.post(f"/v1/libraries/{library}/search", json={"query": "one"})
        return answer.status_code == 200 and len(answer.json()["results"]) == 2

    await eventually(both)


async def test_a_wrong_key_for_qdrant_is_503_and_gives_nothing_away(
    make_gateway: MakeGateway, qdrant_server: Qdrant
) -> None:
    async with make_gateway(QDRANT_API_KEY="wrong-key-1234567890") as gateway:
        answer = await gateway.http.get("/v1/collections")
        detail = problem(answer, "qdrant")["detail"]
        assert "401" in detail or "403" in detail
        assert "wrong-key" not in answer.text


@pytest.mark.parametrize("fault", ["stop", "hang"])
async def test_without_redis_searches_are_as_good_and_nothing_is_stale_when_it_is_back(
    make_gateway: MakeGateway, redis_of_ones_own: Redis, fault: str
) -> None:
    given = {"REDIS_URL": redis_of_ones_own.url, "REDIS_TIMEOUT_SECONDS": 0.5}
    async with make_gateway(**given) as gateway:
        library = await gateway.library()
        document = await gateway.document(library, "one")
        await gateway.search(library, "one")
        assert (await gateway.search(library, "one"))["cached"]
        server = redis_of_ones_own.server
        assert server
        assert server.process
        if fault == "hang":
            server.process.send_signal(signal.SIGSTOP)
        else:
            server.process.send_signal(signal.SIGTERM)
            server.process.wait()
        path = f"/v1/libraries/{library}/documents/{document}"
        answer = await within(3, gateway.http.put(path, json={"title": "x", "texts": ["two"]}))
        assert answer.status_code == 200
        for _ in range(5):
            assert not (await gateway.search(library, "one"))["cached"]
        started = time.monotonic()
        assert await gateway.texts(library, "one") == ["two"]
        assert time.monotonic() - started < 0.45
        if fault == "hang":
            server.process.send_signal(signal.SIGCONT)
        else:
            server.start()
        assert await gateway.texts(library, "one") == ["two"]

        async def cached() -> bool:
            found = await gateway.search(library, "one")
            assert [hit["text"] for hit in found["results"]] == ["two"]
            return bool(found["cached"])

        await eventually(cached)


async def test_what_one_worker_wrote_without_redis_no_other_finds_old_when_it_is_back(
    make_gateway: MakeGateway, redis_of_ones_own: Redis
) -> None:
    given = {"REDIS_URL": redis_of_ones_own.url, "REDIS_TIMEOUT_SECONDS": 0.3, "REDIS_PREFIX": "shared"}
    async with make_gateway(**given) as writer, make_gateway(**given) as reader:
        library = await writer.library()
        document = await writer.document(library, "one")
        await reader.search(library, "one")
        assert (await reader.search(library, "one"))["cached"]
        assert redis_of_ones_own.server
        # What is sent over a connection that is open already would be done as soon as Redis goes on.
        await writer.services.redis.connection_pool.disconnect()
        async with frozen(redis_of_ones_own.server):
            path = f"/v1/libraries/{library}/documents/{document}"
            answer = await within(3, writer.http.put(path, json={"title": "x", "texts": ["two"]}))
            assert answer.status_code == 200
        await asyncio.sleep(2.5)
        assert await reader.texts(library, "one") == ["two"]


@pytest.fixture
def postgres_of_ones_own(live_environment: dict[str, str]) -> Iterator[Postgres]:
    """A PostgreSQL that may be stopped, in the place of the shared one."""
    with tempfile.TemporaryDirectory(prefix="gateway-") as directory:
        Path(directory).chmod(0o755)
        postgres = start_postgres(Path(directory) / "postgres")
        upgrade(postgres.settings("postgres"))
        given = {"HOST": postgres.host, "PORT": postgres.port, "USER": postgres.user, "DB": "postgres"}
        for name, value in {**given, "PASSWORD": postgres.password}.items():
            live_environment[f"POSTGRES_{name}"] = str(value)
        yield postgres
        assert postgres.server
        postgres.server.stop()


async def test_without_postgresql_everything_that_needs_it_is_503_and_recovers(
    postgres_of_ones_own: Postgres, make_gateway: MakeGateway
) -> None:
    postgres = postgres_of_ones_own
    server = postgres.server
    assert server
    async with make_gateway(CACHE_ENABLED=False, DATABASE_TIMEOUT_SECONDS=3) as gateway:
        library = await gateway.library()
        await gateway.document(library, "one")
        server.kill()
        base = f"/v1/libraries/{library}"
        unknown = uuid.uuid4()
        vectors = {"collection": gateway.collection, "points": [{"id": 7, "vector": [1.0] * 16}]}
        for request in (
            gateway.http.post(f"{base}/search", json={"query": "one"}),
            gateway.http.post(f"{base}/documents", json=DOWN),
            gateway.http.get("/v1/libraries"),
            gateway.http.get(f"{base}/documents/{unknown}"),
            gateway.http.delete(base),
            gateway.http.post("/v1/vectors/upsert", json=vectors),
        ):
            answer = await within(5, request)
            problem(answer, "postgresql")
            assert postgres.password not in answer.text
        assert (await within(0.5, gateway.http.get("/health"))).status_code == 200
        search = {"collection": gateway.collection, "query_vector": [1.0] * 16}
        assert (await gateway.http.post("/v1/vectors/search", json=search)).status_code == 200
        server.start()
        assert await gateway.texts(library, "one") == ["one"]
        await gateway.document(library, "two")
        assert len(await gateway.texts(library, "one")) == 2


async def test_a_model_that_is_down_is_named_and_comes_back(make_gateway: MakeGateway) -> None:
    given = {"EMBEDDING_RETRIES": 0, "EMBEDDING_BREAKER_FAILURES": 2, "EMBEDDING_BREAKER_SECONDS": 0.5}
    async with make_gateway(model={"timeout_seconds": 0.5}, **given) as gateway:
        library = await gateway.library()
        await gateway.document(library, "one")
        gateway.stub.fault = "hang"
        for path, body in (("search", {"query": "x"}), ("documents", DOWN), ("search", {"query": "x"})):
            answer = await within(1.5, gateway.http.post(f"/v1/libraries/{library}/{path}", json=body))
            detail = problem(answer, "model:general")["detail"]
        assert "left alone" in detail
        gateway.stub.fault = None
        await asyncio.sleep(0.6)
        assert await gateway.texts(library, "one") == ["one"]


FAULT_SECONDS = 3.0
LONGEST_SECONDS = 6.0
"""From when a request was due until it is answered, whatever is the matter."""

RECOVERY_SECONDS = 20.0
DEPENDENCIES = ("postgresql", "redis", "qdrant", "model:general")


@dataclass(frozen=True)
class World:
    """A gateway under gunicorn, servers of its own by the names that problems give them, and a library."""

    gateway: Gunicorn
    servers: dict[str, Server]
    key: str
    library: str

    def client(self) -> httpx.AsyncClient:
        headers, limits = {"X-API-Key": self.key}, httpx.Limits(max_connections=None)
        return httpx.AsyncClient(
            base_url=self.gateway.client.base_url, headers=headers, limits=limits, timeout=30
        )


def start_model(directory: Path) -> tuple[str, Server]:
    """The stand-in for a model as a process."""
    directory.mkdir()
    port = free_port()
    server = Server(
        command=[sys.executable, "-m", "tests.embedding_stub", str(port)],
        directory=directory,
        answers=lambda: socket.create_connection(("127.0.0.1", port), 1).close(),
        environment={"PYTHONPATH": str(ROOT)},
    )
    server.start()
    return f"http://127.0.0.1:{port}/embed", server


async def issued(settings: DatabaseSettings) -> str:
    """A key that may do all."""
    database = Database(settings)
    async with database.session() as session:
        key = (await keys.issue(session, "load", ["admin"])).key
    await database.close()
    return key


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Limits of time are short here, and the pool is as small as that of one of eight workers."""
    with ExitStack() as stack:
        directory = Path(tempfile.mkdtemp(prefix="gateway-"))
        stack.callback(shutil.rmtree, directory)
        directory.chmod(0o755)
        postgres = start_postgres(directory / "postgres")
        redis = start_redis(directory / "redis")
        qdrant = start_qdrant(directory / "qdrant")
        url, model = start_model(directory / "model")
        found = (postgres.server, redis.server, qdrant.server, model)
        servers = dict(zip(DEPENDENCIES, [server for server in found if server], strict=True))
        for server in servers.values():
            stack.callback(server.stop)
        pool = {"pool_size": 2, "max_overflow": 3, "pool_timeout": 2, "connect_timeout": 1}
        database = postgres.settings("postgres", **pool)
        upgrade(database)
        key = asyncio.run(issued(database))
        rates = dict.fromkeys(("DEFAULT", "SEARCH", "WRITE"), "100000/minute")
        environment = {
            **environment_of(database),
            **{f"RATE_LIMIT_{group}": rate for group, rate in rates.items()},
            "RATE_LIMIT_ENABLED": "true",
            "API_KEY_AUTH": "true",
            "KEY_CACHE_SECONDS": "1",
            "REDIS_URL": redis.url,
            "REDIS_TIMEOUT_SECONDS": "0.3",
            "QDRANT_URL": qdrant.url,
            "QDRANT_API_KEY": qdrant.api_key,
            "QDRANT_TIMEOUT_SECONDS": "1",
            "DATABASE_TIMEOUT_SECONDS": "2",
            "READINESS_TIMEOUT_SECONDS": "1",
            "MODELS": json.dumps({"general": {"url": url, "timeout_seconds": 1, "collection": "general"}}),
            "EMBEDDING_BREAKER_SECONDS": "1",
        }
        gateway = stack.enter_context(gunicorn(environment, directory, free_port(), "gateway.asgi:app"))
        headers = {"X-API-Key": key}
        body = {"name": "general", "size": SIZE}
        assert gateway.client.post("/v1/collections", json=body, headers=headers).status_code == 201
        library = gateway.client.post("/v1/libraries", json={"name": "load"}, headers=headers).json()["id"]
        yield World(gateway, servers, key, library)


@asynccontextmanager
async def killed(server: Server) -> AsyncIterator[None]:
    """Gone in the midst of its work, then started again: connections are refused meanwhile."""
    await asyncio.to_thread(server.kill)
    yield
    await asyncio.to_thread(server.start)


@asynccontextmanager
async def frozen(server: Server) -> AsyncIterator[None]:
    """Takes connections and says nothing, then goes on where it was."""
    assert server.process
    server.process.send_signal(signal.SIGSTOP)
    family = children_of(server.process.pid)
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in family:
            os.kill(pid, signal.SIGCONT)
        server.process.send_signal(signal.SIGCONT)


Fault = Callable[[Server], AbstractAsyncContextManager[None]]


@pytest.mark.thorough
@pytest.mark.parametrize("fault", [killed, frozen])
@pytest.mark.parametrize("name", DEPENDENCIES)
async def test_under_load_what_fails_is_named_in_time_and_used_again_without_a_restart(
    world: World, name: str, fault: Fault
) -> None:
    async with world.client() as http, load(http, world.library) as running:
        await running.well_again(RECOVERY_SECONDS)
        well = time.monotonic()
        async with fault(world.servers[name]):
            await asyncio.sleep(FAULT_SECONDS)
            ready = (await http.get("/readyz")).json()
        await running.well_again(RECOVERY_SECONDS)

    async with world.client() as http:
        await all_found(http, running)
    failures = {named(each) for each in running.since(well - LONGEST_SECONDS) if not each.well}
    assert failures == (set() if name == "redis" else {(503, name)})
    assert max(each.seconds for each in running.answers) < LONGEST_SECONDS
    assert {each.status for each in running.probes} == {200}
    assert statistics.median(each.seconds for each in running.probes) < 0.1
    # A machine that is busy with something else may be late now and then; a loop that waits for what
    # failed always is.
    assert statistics.quantiles((each.seconds for each in running.probes), n=20)[-1] < 1.5
    down = {each for each, state in ready["dependencies"].items() if state["status"] == "down"}
    assert down == {name} - {"model:general"}
    assert ready["status"] == {"redis": "degraded", "model:general": "ready"}.get(name, "not ready")
    assert [line["event"] for line in world.gateway.lines()].count("worker_started") == 2


def named(answer: Any) -> tuple[int, str | None]:
    """The status of an answer and the dependency that it blames."""
    body = answer.body if isinstance(answer.body, dict) else {"dependency": answer.body}
    return answer.status, body.get("dependency")


async def all_found(http: httpx.AsyncClient, running: Load) -> None:
    """Each document whose write was acknowledged is in PostgreSQL and in Qdrant."""
    path = f"/v1/libraries/{running.library}"

    async def found(id: str, text: str) -> bool:
        document = await http.get(f"{path}/documents/{id}")
        hits = await http.post(f"{path}/search", json={"query": text, "k": 3})
        return document.json()["indexing"] == "indexed" and id in [
            hit["document_id"] for hit in hits.json()["results"]
        ]

    assert len(running.written) > 10
    for id, text in running.written.items():
        await eventually(lambda id=id, text=text: found(id, text))
