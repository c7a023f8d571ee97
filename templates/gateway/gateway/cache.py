"""Search results in Redis. Without Redis there is no cache, and nothing else is amiss."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
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

SETTLE_SECONDS = 1.0
"""How often a worker tries to do what it owes, whether it is asked for anything or not."""

_FAILURES = (RedisError, OSError, TimeoutError)
log = structlog.get_logger("gateway.cache")


@dataclass(slots=True)
class Place:
    """Where the answer to a request is kept: its name, the generation of its collection, and the answer."""

    name: str
    generation: bytes | None = None
    answer: Any | None = None


class SearchCache:
    """Answers by collection, generation and request.

    A write gives its collection a new generation, so that no answer from before it counts again.
    Generations are random: one that Redis has evicted is followed by one that never was. Writes that do not
    pass through a gateway show after CACHE_TTL_SECONDS at the latest. Of a write while Redis was away the
    worker that made it knows; the others may find older answers for SETTLE_SECONDS after Redis is back.
    """

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._prefix = f"{settings.REDIS_PREFIX}:search"
        self._ttl = settings.CACHE_TTL_SECONDS
        self._timeout = settings.REDIS_TIMEOUT_SECONDS
        self._enabled = settings.CACHE_ENABLED
        self._breaker = CircuitBreaker(failures=3, seconds=2.0)
        self._owed: set[str] = set()

    async def look(self, collection: str, request: Any) -> Place:
        """What is kept for a request: everything that changes its answer, but for the data itself.

        To be called before the search: the place holds the generation from then.
        """
        place = Place(self._answer_name(collection, request))
        if self._enabled:
            await self._tolerating(lambda: self._fill(place, self._generation_name(collection)))
        return place

    async def _fill(self, place: Place, generation_name: str) -> None:
        await self._settle()
        generation, kept = await self._redis.mget(generation_name, place.name)
        if generation is None:
            await self._redis.set(generation_name, _new_generation(), nx=True)
            generation = await self._redis.get(generation_name)
        place.generation = _bytes(generation)
        if kept is not None and generation is not None:
            made_in, _, answer = _bytes(kept).partition(b" ")
            place.answer = from_json(answer) if made_in == place.generation else None

    async def keep(self, place: Place, answer: Any) -> None:
        """Keeps an answer under the generation from before it was computed."""
        if place.generation is not None:
            kept = place.generation + b" " + to_json(answer)
            await self._tolerating(lambda: self._redis.set(place.name, kept, ex=self._ttl))

    async def invalidate(self, collections: Iterable[str]) -> None:
        """Forgets the answers of changed collections. What fails is owed, and done later."""
        self._owed.update(collections)
        if not self._enabled:
            return
        try:
            async with asyncio.timeout(self._timeout):
                await self._settle()
        except _FAILURES as error:
            log.warning("cache_not_invalidated", reason=type(error).__name__, collections=len(self._owed))

    async def settle(self) -> None:
        """Does what is owed, where Redis takes it now."""
        if self._enabled and self._owed:
            await self._tolerating(self._settle)

    async def _settle(self) -> None:
        owed = set(self._owed)
        if owed:
            await self._redis.mset({self._generation_name(each): _new_generation() for each in owed})
            self._owed -= owed

    def _generation_name(self, collection: str) -> str:
        return f"{self._prefix}:generation:{collection}"

    def _answer_name(self, collection: str, request: Any) -> str:
        digest = hashlib.sha256(to_json([SHAPE, collection, request])).hexdigest()
        return f"{self._prefix}:answer:{digest}"

    async def _tolerating(self, call: Callable[[], Awaitable[object]]) -> None:
        """Redis failing is no cache, and Redis failing again and again is not waited for."""
        try:
            with self._breaker.guard(*_FAILURES):
                async with asyncio.timeout(self._timeout):
                    await call()
        except CircuitOpen:
            pass
        except _FAILURES as error:
            log.warning("cache_unavailable", reason=type(error).__name__)


def _new_generation() -> str:
    return secrets.token_hex(8)


def _bytes(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value
