"""Writes on their way from PostgreSQL to Qdrant."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from citadel.engine import DatabaseUnavailable

from gateway.problems import ApiProblem
from gateway.schemas.common import Applied
from gateway.services import Services

log = structlog.get_logger("gateway.writes")


async def applied(services: Services, collection: str, entries: Sequence[int]) -> Applied:
    """Takes committed entries of the outbox to Qdrant at once.

    The write is kept whatever happens here: what Qdrant does not take now is pending, and the background
    takes it there.
    """
    state: Applied = "indexed"
    if entries:
        state = await _drained(services, entries)
    await services.cache.invalidate([collection])
    return state


async def _drained(services: Services, entries: Sequence[int]) -> Applied:
    try:
        async with asyncio.timeout(services.settings.QDRANT_TIMEOUT_SECONDS):
            result = await services.dispatcher.drain(entries)
    except (TimeoutError, DatabaseUnavailable) as error:
        log.warning("write_pending", reason=type(error).__name__)
        return "pending"
    if result.rejected:
        raise ApiProblem(422, "Refused by Qdrant", "; ".join(sorted(set(result.rejected.values()))))
    return "pending" if result.waiting else "indexed"
