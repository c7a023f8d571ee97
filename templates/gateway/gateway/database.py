"""Transactions whose every wait is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from citadel.engine import DatabaseUnavailable
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.problems import DependencyUnavailable
from gateway.services import Services


@asynccontextmanager
async def transaction(services: Services) -> AsyncIterator[AsyncSession]:
    """One transaction, within DATABASE_TIMEOUT_SECONDS. Raises 503 when PostgreSQL does not answer."""
    seconds = services.settings.DATABASE_TIMEOUT_SECONDS
    try:
        async with asyncio.timeout(seconds) as limit, services.database.session() as session:
            yield session
    except DatabaseUnavailable as error:
        raise DependencyUnavailable("postgresql", str(error)) from error
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise DependencyUnavailable("postgresql", f"no answer within {seconds:g} s") from error
