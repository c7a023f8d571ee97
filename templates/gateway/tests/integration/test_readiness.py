"""Readiness with real servers: each is stopped in turn and started again."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from citadel.migrate import upgrade
from citadel.settings import DatabaseSettings
from citadel_testing import Postgres, Server, start_postgres, start_qdrant, start_redis

from gateway.app import create_app
from gateway.settings import Settings

from ..conftest import environment_of, serving


async def states(client: httpx.AsyncClient) -> tuple[int, dict[str, str]]:
    answer = await client.get("/readyz")
    return answer.status_code, {
        name: state["status"] for name, state in answer.json()["dependencies"].items()
    }


async def test_with_all_servers_it_is_ready_and_fast(make_live: Callable[..., Settings]) -> None:
    async with serving(create_app(make_live())) as client:
        answer = await client.get("/readyz")
        health = (await client.get("/v1/infrastructure/health")).json()
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert all(0 < state["latency_ms"] < 2000 for state in answer.json()["dependencies"].values())
    assert health["status"] == "healthy"
    assert health["outbox"] == {"pending": 0, "rejected": 0, "oldest_seconds": None}
    assert health["pool"]["size"] == 5


async def test_a_wrong_key_of_qdrant_is_not_ready(make_live: Callable[..., Settings]) -> None:
    async with serving(create_app(make_live(QDRANT_API_KEY="wrong"))) as client:
        assert await states(client) == (503, {"postgresql": "up", "qdrant": "down", "redis": "up"})


async def test_a_database_without_its_tables_is_not_ready(
    make_live: Callable[..., Settings], postgres: Postgres, database_settings: DatabaseSettings
) -> None:
    with postgres.admin(database_settings.db) as admin:
        admin.execute("DROP TABLE chunks")
    async with serving(create_app(make_live())) as client:
        assert await states(client) == (503, {"postgresql": "down", "qdrant": "up", "redis": "up"})
        reasons = (await client.get("/readyz")).json()["dependencies"]["postgresql"]
        assert reasons["reason"] == "SchemaIncomplete"


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """Servers of this test alone."""
    import shutil
    import tempfile

    directory = Path(tempfile.mkdtemp(prefix="gateway-"))
    directory.chmod(0o755)
    postgres, redis, qdrant = (
        start_postgres(directory / "postgres"),
        start_redis(directory / "redis"),
        start_qdrant(directory / "qdrant"),
    )
    database = postgres.settings("postgres", pool_timeout=2, connect_timeout=1)
    upgrade(database)
    for name, value in environment_of(database).items():
        monkeypatch.setenv(name, value)
    running = {"postgresql": postgres.server, "redis": redis.server, "qdrant": qdrant.server}
    settings = Settings(
        API_KEY_AUTH=False,
        DATABASE_DIRECTORY=tmp_path,
        REDIS_URL=redis.url,
        QDRANT_URL=qdrant.url,
        QDRANT_API_KEY=qdrant.api_key,
        READINESS_CACHE_SECONDS=0,
        REDIS_TIMEOUT_SECONDS=0.5,
    )
    yield settings, running
    for server in running.values():
        server.stop()
    shutil.rmtree(directory)


async def test_each_server_that_is_stopped_is_named_and_is_back_without_a_restart(
    servers: tuple[Settings, dict[str, Server]],
) -> None:
    settings, running = servers
    async with serving(create_app(settings)) as client:
        assert (await states(client))[0] == 200
        for name, server in running.items():
            server.kill()
            began = time.perf_counter()
            status, found = await states(client)
            assert time.perf_counter() - began < 3
            assert [each for each, state in found.items() if state == "down"] == [name]
            assert status == (200 if name == "redis" else 503)
            assert (await client.get("/health")).status_code == 200
            infrastructure = (await client.get("/v1/infrastructure/health")).json()
            assert infrastructure["status"] == ("degraded" if name == "redis" else "unhealthy")
            keys = await client.get("/v1/keys")
            assert keys.status_code == (503 if name == "postgresql" else 200)
            server.start()
            assert (await states(client))[0] == 200
            assert (await client.get("/v1/keys")).status_code == 200
