"""The cache, with a Redis that fails where it hurts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from gateway.cache import SearchCache
from gateway.settings import Settings


class FakeRedis:
    """As much of Redis as the cache uses; `down` and `hangs` make it fail."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.down = False
        self.hangs = False
        self.calls = 0

    async def _answer(self) -> None:
        self.calls += 1
        if self.hangs:
            await asyncio.sleep(3600)
        if self.down:
            raise RedisConnectionError("down")

    async def get(self, name: str) -> bytes | None:
        await self._answer()
        return self.kept.get(name)

    async def mget(self, *names: str) -> list[bytes | None]:
        await self._answer()
        return [self.kept.get(name) for name in names]

    async def set(self, name: str, value: Any, *, nx: bool = False, ex: int | None = None) -> None:
        await self._answer()
        if not (nx and name in self.kept):
            self.kept[name] = value if isinstance(value, bytes) else str(value).encode()

    async def mset(self, values: dict[str, str]) -> None:
        await self._answer()
        self.kept.update({name: value.encode() for name, value in values.items()})


@pytest.fixture
def redis() -> FakeRedis:
    return FakeRedis()


@pytest.fixture
def cache(redis: FakeRedis, make_settings: Callable[..., Settings]) -> SearchCache:
    return SearchCache(redis, make_settings(CACHE_ENABLED=True, REDIS_TIMEOUT_SECONDS=0.05))  # type: ignore[arg-type]


async def kept(cache: SearchCache, answer: Any = "found", request: Any = "asked") -> None:
    await cache.keep(await cache.look("c", request), answer)


async def test_what_is_kept_is_found_for_the_same_request_only(cache: SearchCache) -> None:
    await kept(cache, [{"score": 0.1}], {"k": 1})
    assert (await cache.look("c", {"k": 1})).answer == [{"score": 0.1}]
    assert (await cache.look("c", {"k": 2})).answer is None
    assert (await cache.look("d", {"k": 1})).answer is None


async def test_an_empty_answer_is_an_answer(cache: SearchCache) -> None:
    await kept(cache, [])
    assert (await cache.look("c", "asked")).answer == []


async def test_an_answer_from_before_a_write_does_not_count_even_when_it_comes_late(
    cache: SearchCache,
) -> None:
    place = await cache.look("c", "asked")
    await cache.invalidate(["c"])
    await cache.keep(place, "old")
    assert (await cache.look("c", "asked")).answer is None


async def test_a_write_to_one_collection_leaves_the_others(cache: SearchCache) -> None:
    await kept(cache)
    await cache.invalidate(["d"])
    assert (await cache.look("c", "asked")).answer == "found"


async def test_a_generation_that_redis_forgot_takes_its_answers_along(
    cache: SearchCache, redis: FakeRedis
) -> None:
    await kept(cache)
    for name in [name for name in redis.kept if "generation" in name]:
        del redis.kept[name]
    assert (await cache.look("c", "asked")).answer is None


@pytest.mark.parametrize("fault", ["down", "hangs"])
async def test_while_redis_fails_there_is_no_cache_and_soon_no_waiting(
    cache: SearchCache, redis: FakeRedis, fault: str
) -> None:
    await kept(cache)
    setattr(redis, fault, True)
    for _ in range(10):
        place = await cache.look("c", "asked")
        assert place.answer is None
        await cache.keep(place, "x")
    assert redis.calls < 10


async def test_an_invalidation_that_failed_is_done_before_the_next_search(
    cache: SearchCache, redis: FakeRedis
) -> None:
    await kept(cache)
    redis.down = True
    await cache.invalidate(["c"])
    redis.down = False
    assert (await cache.look("c", "asked")).answer is None


async def test_a_cache_that_is_switched_off_asks_nothing(
    redis: FakeRedis, make_settings: Callable[..., Settings]
) -> None:
    cache = SearchCache(redis, make_settings(CACHE_ENABLED=False))  # type: ignore[arg-type]
    await kept(cache)
    await cache.invalidate(["c"])
    assert (await cache.look("c", "asked")).answer is None
    assert redis.calls == 0


async def test_what_is_owed_is_done_once_redis_is_back_though_nobody_searches(
    cache: SearchCache, redis: FakeRedis, make_settings: Callable[..., Settings]
) -> None:
    await kept(cache)
    redis.down = True
    await cache.invalidate(["c"])
    await cache.settle()
    redis.down = False
    await cache.settle()
    before = redis.calls
    await cache.settle()
    assert redis.calls == before
    another = SearchCache(redis, make_settings(CACHE_ENABLED=True))  # type: ignore[arg-type]
    assert (await another.look("c", "asked")).answer is None
