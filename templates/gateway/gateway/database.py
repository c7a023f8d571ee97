"""Transactions whose every wait is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from citadel.engine import DatabaseUnavailable, retrying
from sqlalchemy import Row, Select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.problems import DependencyUnavailable
from gateway.services import Services

ATTEMPTS = 4
"""How often a read is begun, with less than a second of waiting in all."""


@asynccontextmanager
async def transaction(services: Services) -> AsyncIterator[AsyncSession]:
    """One transaction, within DATABASE_TIMEOUT_SECONDS. Raises 503 when PostgreSQL does not answer."""
    async with _bounded(services), services.database.session() as session:
        yield session


async def read[T](services: Services, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """
    What `work` reads, in a transaction of its own, within the same time.

    Where the connection is lost it is read again. Writes are not: whether one was committed before its
    connection broke cannot be told here. The client can repeat it, with its id or an idempotency key.
    """

    async def once() -> T:
        async with services.database.session() as session:
            return await work(session)

    async with _bounded(services):
        return await retrying(once, ATTEMPTS)


async def rows_of[*T](session: AsyncSession, statement: Select[*T]) -> Sequence[Row[*T]]:
    """All rows of a statement."""
    return (await session.execute(statement)).all()


@asynccontextmanager
async def _bounded(services: Services) -> AsyncIterator[None]:
    seconds = services.settings.DATABASE_TIMEOUT_SECONDS
    try:
        async with asyncio.timeout(seconds) as limit:
            yield
    except DatabaseUnavailable as error:
        raise DependencyUnavailable("postgresql", str(error)) from error
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise DependencyUnavailable("postgresql", f"no answer within {seconds:g} s") from error
