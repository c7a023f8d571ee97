"""Rate limits per client and group of routes, counted in Redis and so the same for all workers."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from fastapi import Request, Response
from limits import RateLimitItem
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.requests import HTTPConnection

from gateway.addresses import allowance_of
from gateway.breaker import CircuitBreaker, CircuitOpen
from gateway.metrics import RATE_LIMIT_BYPASSED, RATE_LIMITED
from gateway.problems import ApiProblem, DependencyUnavailable
from gateway.settings import Settings

FAILURES = (RedisError, OSError)
Group = Literal["search", "write", "default"]
log = structlog.get_logger("gateway.ratelimit")


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of a rate a client has left."""

    rate: RateLimitItem
    allowed: bool
    remaining: int
    reset_seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """The draft standard's headers."""
        return {
            "RateLimit-Limit": str(self.rate.amount),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
            "RateLimit-Policy": f"{self.rate.amount};w={self.rate.get_expiry()}",
        }


class RateLimiter:
    """Counts requests in a sliding window."""

    def __init__(self, settings: Settings, redis: Redis) -> None:
        self._settings = settings
        options: dict[str, Any] = {"connection_pool": redis.connection_pool}
        storage = RedisStorage(
            "async+redis://", implementation="redispy", key_prefix=f"{settings.REDIS_PREFIX}:rate", **options
        )
        self._strategy = SlidingWindowCounterRateLimiter(storage)
        self._breaker = CircuitBreaker(failures=5, seconds=1.0)

    async def count(self, group: Group, client: str) -> Standing | None:
        """
        Counts one request of a client, against its group and against the rate of all requests.

        Gives the tighter standing; `None` where limits are off, or where Redis does not answer and requests
        pass then (RATE_LIMIT_FAIL_OPEN). Raises 429 when either is used up, 503 when Redis must answer and
        does not.
        """
        if not self._settings.RATE_LIMIT_ENABLED:
            return None
        try:
            standings = await self._hit_all(dict.fromkeys((group, "default")), client)
        except (CircuitOpen, *FAILURES) as error:
            self._without_redis(error)
            return None
        standing = min(standings, key=lambda each: (each.allowed, each.remaining))
        if not standing.allowed:
            RATE_LIMITED.labels(group=group).inc()
            raise too_many(standing)
        return standing

    async def _hit_all(self, groups: Iterable[str], client: str) -> list[Standing]:
        """All at once. Redis that was silent again and again is not waited for, for a second."""
        with self._breaker.guard(*FAILURES):
            async with asyncio.timeout(self._settings.REDIS_TIMEOUT_SECONDS):
                return await asyncio.gather(*(self._hit(group, client) for group in groups))

    async def _hit(self, group: str, client: str) -> Standing:
        rate = self._settings.rates[group]
        identity = (group, allowance_of(client))
        allowed = await self._strategy.hit(rate, *identity)
        stats = await self._strategy.get_window_stats(rate, *identity)
        remaining = stats.remaining if allowed else 0
        return Standing(rate, allowed, remaining, max(1, math.ceil(stats.reset_time - time.time())))

    def _without_redis(self, error: Exception) -> None:
        RATE_LIMIT_BYPASSED.inc()
        if not isinstance(error, CircuitOpen):
            log.warning("requests_not_counted", reason=type(error).__name__)
        if not self._settings.RATE_LIMIT_FAIL_OPEN:
            raise DependencyUnavailable("redis", "requests cannot be counted") from error


def too_many(standing: Standing) -> ApiProblem:
    """429, with when to come back."""
    headers = {**standing.headers, "Retry-After": str(standing.reset_seconds)}
    return ApiProblem(429, "Too many requests", f"At most {standing.rate}.", headers=headers)


def limited(group: Group) -> Callable[..., Awaitable[None]]:
    """A dependency: requests of one client to this group of routes are limited."""

    async def counted(request: Request, response: Response) -> None:
        standing = await _count(request, group)
        if standing is not None:
            response.headers.update(standing.headers)

    return counted


async def _count(connection: HTTPConnection, group: Group) -> Standing | None:
    from gateway.security import client_address

    services = connection.app.state.services
    limiter: RateLimiter = services.limiter
    return await limiter.count(group, client_address(connection))
