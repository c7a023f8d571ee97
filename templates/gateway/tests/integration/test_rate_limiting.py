"""Rate limits count in Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from citadel_testing import start_redis

from gateway.app import create_app
from gateway.settings import Settings

from ..conftest import serving

LIMITED = "/v1/production/readiness"


def client_headers(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


async def statuses(client: httpx.AsyncClient, count: int, address: str = "198.51.100.1") -> list[int]:
    answers = await asyncio.gather(
        *(client.get(LIMITED, headers=client_headers(address)) for _ in range(count))
    )
    return [answer.status_code for answer in answers]


async def test_what_is_over_the_limit_is_refused_with_when_to_come_back(
    make_live: Callable[..., Settings],
) -> None:
    app = create_app(make_live(RATE_LIMIT_ENABLED=True, RATE_LIMIT_DEFAULT="5/minute"))
    async with serving(app) as client:
        answers = [await client.get(LIMITED) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
    refused = answers[-1]
    assert refused.headers["ratelimit-limit"] == "5"
    assert refused.headers["ratelimit-policy"] == "5;w=60"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["content-type"] == "application/problem+json"


async def test_after_the_time_it_was_told_a_client_is_answered_again(
    make_live: Callable[..., Settings],
) -> None:
    app = create_app(make_live(RATE_LIMIT_ENABLED=True, RATE_LIMIT_DEFAULT="3 per 4 seconds"))
    async with serving(app) as client:
        assert sorted(await statuses(client, 5)) == [200, 200, 200, 429, 429]
        refused = await client.get(LIMITED, headers=client_headers("198.51.100.1"))
        await asyncio.sleep(int(refused.headers["retry-after"]))
        assert await statuses(client, 1) == [200]


async def test_each_client_has_its_own_allowance(make_live: Callable[..., Settings]) -> None:
    app = create_app(make_live(RATE_LIMIT_ENABLED=True, RATE_LIMIT_DEFAULT="2/minute"))
    async with serving(app) as client:
        assert sorted(await statuses(client, 3, "198.51.100.1")) == [200, 200, 429]
        assert sorted(await statuses(client, 3, "198.51.100.2")) == [200, 200, 429]


async def test_a_group_counts_apart_and_within_the_whole(make_live: Callable[..., Settings]) -> None:
    given = {"RATE_LIMIT_ENABLED": True, "RATE_LIMIT_WRITE": "2/minute", "RATE_LIMIT_DEFAULT": "4/minute"}
    async with serving(create_app(make_live(**given))) as client:
        writes = [(await client.delete("/v1/keys/1")).status_code for _ in range(3)]
        reads = [(await client.get("/v1/keys")).status_code for _ in range(2)]
    assert writes == [404, 404, 429]
    assert reads == [200, 429]


async def test_health_is_never_limited(make_live: Callable[..., Settings]) -> None:
    app = create_app(make_live(RATE_LIMIT_ENABLED=True, RATE_LIMIT_DEFAULT="1/minute"))
    async with serving(app) as client:
        answers = [
            await client.get(path) for path in ("/health", "/livez", "/readyz", "/metrics") for _ in range(3)
        ]
    assert {answer.status_code for answer in answers} == {200}


async def test_without_limits_nothing_is_counted(make_live: Callable[..., Settings]) -> None:
    async with serving(create_app(make_live(RATE_LIMIT_DEFAULT="1/minute"))) as client:
        assert await statuses(client, 5) == [200] * 5
        assert "ratelimit-limit" not in (await client.get(LIMITED)).headers


@pytest.mark.parametrize(("open_", "status"), [(True, 200), (False, 503)])
async def test_while_redis_is_down_requests_pass_or_not_as_the_settings_say(
    make_live: Callable[..., Settings], tmp_path: Path, open_: bool, status: int
) -> None:
    redis = start_redis(tmp_path / "redis")
    assert redis.server
    given = {"RATE_LIMIT_ENABLED": True, "RATE_LIMIT_DEFAULT": "1/minute", "RATE_LIMIT_FAIL_OPEN": open_}
    try:
        async with serving(create_app(make_live(REDIS_URL=redis.url, **given))) as client:
            assert await statuses(client, 1) == [200]
            redis.server.stop()
            answer = await client.get(LIMITED)
            assert answer.status_code == status
            text = (await client.get("/metrics")).text
            redis.server.start()
            assert sorted(await statuses(client, 2)) == [200, 429]
    finally:
        redis.server.stop()
    assert "gateway_rate_limit_uncounted_total" in text
    if status == 503:
        assert answer.json()["dependency"] == "redis"
