"""What the routes work with, built once per worker."""

from __future__ import annotations

import asyncio
import contextlib
import warnings
from dataclasses import dataclass
from typing import Annotated

import httpx
from citadel.engine import Database
from citadel.models import Base
from citadel.outbox import Dispatcher
from citadel.settings import DatabaseSettings
from fastapi import Depends
from qdrant_client import AsyncQdrantClient
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from sqlalchemy import text
from starlette.requests import HTTPConnection

from gateway.cache import SearchCache
from gateway.embedding import Embedder, build_embedder
from gateway.keyring import Keyring
from gateway.ratelimit import RateLimiter
from gateway.readiness import Dependency, ReadinessProbe
from gateway.settings import Settings
from gateway.sizes import Sizes

CLOSE_SECONDS = 5.0
PROBED_COLLECTION = "gateway-readiness"
"""Need not exist: whether it does is a question that only takes the key."""


@dataclass(slots=True)
class Services:
    """The clients of a worker. None has been connected when this is made: a dependency may be down."""

    settings: Settings
    database: Database
    qdrant: AsyncQdrantClient
    redis: Redis
    embedder: Embedder
    dispatcher: Dispatcher
    limiter: RateLimiter
    cache: SearchCache
    sizes: Sizes
    keys: Keyring
    readiness: ReadinessProbe

    async def close(self) -> None:
        """Closes every client; one that hangs or fails does not keep the others open."""
        closing = (
            self.readiness.close(),
            self.database.close(),
            self.qdrant.close(),
            self.redis.aclose(),
            self.embedder.close(),
        )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.gather(*closing, return_exceptions=True)


def build(settings: Settings) -> Services:
    """The clients for these settings."""
    database = Database(DatabaseSettings.load(settings.DATABASE_DIRECTORY), settings.SERVICE_NAME)
    qdrant = qdrant_client(settings)
    redis = redis_client(settings)
    cache = SearchCache(redis, settings)
    return Services(
        settings=settings,
        database=database,
        qdrant=qdrant,
        redis=redis,
        embedder=build_embedder(settings),
        dispatcher=Dispatcher(database, qdrant, changed=cache.invalidate),
        limiter=RateLimiter(settings, redis),
        cache=cache,
        sizes=Sizes(),
        keys=Keyring(database, settings),
        readiness=ReadinessProbe(
            dependencies_of(settings, database, qdrant, redis),
            timeout_seconds=settings.READINESS_TIMEOUT_SECONDS,
            seconds=settings.READINESS_CACHE_SECONDS,
        ),
    )


def dependencies_of(
    settings: Settings, database: Database, qdrant: AsyncQdrantClient, redis: Redis
) -> dict[str, Dependency]:
    """
    How each dependency is asked: with its credentials, so that a wrong one is found too. Redis is one where
    something is kept or counted in it.
    """
    found = {
        "postgresql": Dependency(lambda: _tables_of(database)),
        "qdrant": Dependency(lambda: qdrant.collection_exists(PROBED_COLLECTION)),
    }
    if settings.CACHE_ENABLED or settings.RATE_LIMIT_ENABLED:
        required = settings.RATE_LIMIT_ENABLED and not settings.RATE_LIMIT_FAIL_OPEN
        found["redis"] = Dependency(lambda: _ping(redis), required=required)
    return found


class SchemaIncomplete(Exception):
    """A table of this release is not there."""


_MISSING = text("SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE to_regclass(name) IS NULL")


async def _tables_of(database: Database) -> None:
    async with database.session() as session:
        if (await session.scalars(_MISSING, {"names": list(Base.metadata.tables)})).first():
            raise SchemaIncomplete


async def _ping(redis: Redis) -> None:
    await redis.ping()


_CONNECTIONS = httpx.Limits(max_keepalive_connections=32, keepalive_expiry=2.0)
"""To Qdrant. Its client opens one for each request where Qdrant is local, unless told otherwise; Qdrant
itself closes those that were idle for five seconds, and a request must not meet that."""


def qdrant_client(settings: Settings) -> AsyncQdrantClient:
    """A client that asks nothing of the server until it is used."""
    key = settings.QDRANT_API_KEY
    with warnings.catch_warnings():
        # Qdrant is on this host's loopback, where there is no TLS to ask for.
        warnings.filterwarnings("ignore", "Api key is used with an insecure connection")
        return AsyncQdrantClient(
            url=settings.QDRANT_URL,
            api_key=key.get_secret_value() if key else None,
            timeout=max(1, round(settings.QDRANT_TIMEOUT_SECONDS)),
            check_compatibility=False,
            limits=_CONNECTIONS,
        )


def redis_client(settings: Settings) -> Redis:
    """A client whose every wait is bounded, and which leaves trying again to the caller."""
    return Redis.from_url(
        settings.redis_url,
        socket_timeout=settings.REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=settings.REDIS_TIMEOUT_SECONDS,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),
    )


def services(connection: HTTPConnection) -> Services:
    """The services of the application that answers this request."""
    found: Services = connection.app.state.services
    return found


ServicesDep = Annotated[Services, Depends(services)]
