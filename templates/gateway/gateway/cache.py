"""Search results in Redis. Without Redis there is no cache, and nothing else is amiss."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog
from pydantic_core import from_json, to_json
from redis.exceptions import RedisError

from gateway.breaker import CircuitBreaker, CircuitOpen

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from gateway.settings import Settings

SHAPE = 1
"""To be raised with every change of what is kept."""

_FAILURES = (RedisError, OSError, TimeoutError)
log = structlog.get_logger("gateway.cache")


class SearchCache:
    """Answers by collection, generation and request.

    A write gives its collection a new generation, so that no answer from before it is found again.
    Generations are random: one that Redis has evicted is followed by one that never was. Writes that do not
    pass through a gateway show after CACHE_TTL_SECONDS at the latest.
    """

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._prefix = f"{settings.REDIS_PREFIX}:search"
        self._ttl = settings.CACHE_TTL_SECONDS
        self._timeout = settings.REDIS_TIMEOUT_SECONDS
        self._enabled = settings.CACHE_ENABLED
        self._breaker = CircuitBreaker(failures=3, seconds=2.0)
        self._owed: set[str] = set()

    async def generation(self, collection: str) -> str | None:
        """The generation of a collection, to be read before the search; None where there is no cache now."""
        if not self._enabled:
            return None
        name = self._generation_name(collection)
        async with self._tolerant():
            await self._settle()
            found = await self._redis.get(name)
            if found is None:
                await self._redis.set(name, secrets.token_hex(8), nx=True)
                found = await self._redis.get(name)
            return None if found is None else _text(found)
        return None

    async def get(self, collection: str, generation: str | None, request: Any) -> Any | None:
        """The answer that is kept for this request; None when there is none."""
        if generation is None:
            return None
        async with self._tolerant():
            found = await self._redis.get(self._name(collection, generation, request))
            return None if found is None else from_json(found)
        return None

    async def put(self, collection: str, generation: str | None, request: Any, answer: Any) -> None:
        """Keeps an answer under the generation that was read before it was computed."""
        if generation is None:
            return
        async with self._tolerant():
            await self._redis.set(self._name(collection, generation, request), to_json(answer), ex=self._ttl)

    async def invalidate(self, collections: Iterable[str]) -> None:
        """Forgets the answers of collections that have changed; what fails is owed, and done before a search."""
        self._owed.update(collections)
        if not self._enabled:
            return
        try:
            async with asyncio.timeout(self._timeout):
                await self._settle()
        except _FAILURES as error:
            log.warning("cache_not_invalidated", reason=type(error).__name__, collections=len(self._owed))

    async def _settle(self) -> None:
        owed = set(self._owed)
        if owed:
            await self._redis.mset({self._generation_name(each): secrets.token_hex(8) for each in owed})
            self._owed -= owed

    def _generation_name(self, collection: str) -> str:
        return f"{self._prefix}:generation:{collection}"

    def _name(self, collection: str, generation: str, request: Any) -> str:
        """Everything that changes the answer is in the request, or else in the generation."""
        digest = hashlib.sha256(to_json([SHAPE, request])).hexdigest()
        return f"{self._prefix}:answer:{collection}:{generation}:{digest}"

    @asynccontextmanager
    async def _tolerant(self) -> AsyncIterator[None]:
        """Redis failing is no cache, and Redis failing again and again is not waited for."""
        try:
            with self._breaker.guard(*_FAILURES):
                async with asyncio.timeout(self._timeout):
                    yield
        except CircuitOpen:
            pass
        except _FAILURES as error:
            log.warning("cache_unavailable", reason=type(error).__name__)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
