"""Servers that take connections and say nothing do not make the gateway wait for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from gateway.app import create_app
from gateway.settings import Settings

from ..conftest import serving


@pytest.fixture
async def silent() -> AsyncIterator[int]:
    """The port of a server that never answers."""
    writers: list[asyncio.StreamWriter] = []

    async def keep(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    server = await asyncio.start_server(keep, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    for writer in writers:
        writer.close()
    server.close()


@pytest.fixture
async def client(
    silent: int, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway all of whose servers are silent."""
    monkeypatch.setenv("POSTGRES_PORT", str(silent))
    settings = make_settings(
        API_KEY_AUTH=True,
        RATE_LIMIT_ENABLED=True,
        DISPATCHER_ENABLED=True,
        REDIS_PORT=silent,
        QDRANT_URL=f"http://127.0.0.1:{silent}",
        QDRANT_API_KEY="a-key-of-qdrant",
        READINESS_TIMEOUT_SECONDS=0.5,
        READINESS_CACHE_SECONDS=0,
        REDIS_TIMEOUT_SECONDS=0.2,
        DATABASE_TIMEOUT_SECONDS=1,
    )
    async with serving(create_app(settings)) as client:
        yield client


async def timed(asked: Awaitable[httpx.Response]) -> tuple[httpx.Response, float]:
    began = time.perf_counter()
    return await asked, time.perf_counter() - began


async def test_readiness_says_that_each_is_silent_in_the_time_of_one(client: httpx.AsyncClient) -> None:
    answer, seconds = await timed(client.get("/readyz"))
    assert answer.status_code == 503
    reasons = {state["reason"] for state in answer.json()["dependencies"].values()}
    assert reasons <= {"no answer within 0.5 s", "TimeoutError"}
    assert seconds < 2


async def test_a_request_with_a_key_is_a_503_in_time(client: httpx.AsyncClient) -> None:
    answer, seconds = await timed(client.get("/v1/keys", headers={"X-API-Key": "some-key"}))
    assert (answer.status_code, answer.json()["dependency"]) == (503, "postgresql")
    assert answer.headers["retry-after"] == "5"
    assert seconds < 3


async def test_redis_is_not_waited_for_again_and_again(
    silent: int, make_live: Callable[..., Settings]
) -> None:
    settings = make_live(
        REDIS_URL=f"redis://127.0.0.1:{silent}/0",
        RATE_LIMIT_ENABLED=True,
        REDIS_TIMEOUT_SECONDS=0.3,
        CACHE_ENABLED=False,
    )
    async with serving(create_app(settings)) as client:
        first = [await timed(client.get("/v1/production/readiness")) for _ in range(5)]
        then = [await timed(client.get("/v1/production/readiness")) for _ in range(3)]
    assert {answer.status_code for answer, _ in first + then} == {200}
    assert min(seconds for _, seconds in first) > 0.25
    assert min(seconds for _, seconds in then) < 0.25


async def test_health_stays_fast_while_requests_wait(client: httpx.AsyncClient) -> None:
    headers = {"X-API-Key": "some-key"}
    waiting = [asyncio.create_task(client.get("/v1/keys", headers=headers)) for _ in range(20)]
    await asyncio.sleep(0.1)
    times = [(await timed(client.get("/health")))[1] for _ in range(20)]
    assert sorted(times)[10] < 0.1
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {503}


async def test_many_probes_wait_together(client: httpx.AsyncClient) -> None:
    began = time.perf_counter()
    answers = await asyncio.gather(*(client.get("/readyz") for _ in range(50)))
    assert time.perf_counter() - began < 3
    assert {answer.status_code for answer in answers} == {503}
