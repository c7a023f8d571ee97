"""Writes on their way from PostgreSQL to Qdrant."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import structlog
from citadel.engine import DatabaseUnavailable
from citadel.models import OutboxEntry
from sqlalchemy import select

from gateway.database import transaction
from gateway.problems import ApiProblem
from gateway.schemas.common import Applied
from gateway.services import Services

log = structlog.get_logger("gateway.writes")


async def applied(services: Services, collection: str, entries: Sequence[int]) -> Applied:
    """Takes committed entries of the outbox to Qdrant at once.

    The write is kept whatever happens here: what Qdrant does not take now is pending, and the background
    takes it there. What it refuses is 422, and nothing that was found before counts any longer then either.
    """
    try:
        return await _drained(services, entries) if entries else "indexed"
    finally:
        await services.cache.invalidate([collection])


async def _drained(services: Services, entries: Sequence[int]) -> Applied:
    try:
        async with asyncio.timeout(services.settings.QDRANT_TIMEOUT_SECONDS):
            result = await services.dispatcher.drain(entries)
    except (TimeoutError, DatabaseUnavailable) as error:
        log.warning("write_pending", reason=type(error).__name__)
        return "pending"
    if result.rejected:
        raise await _refusal(services, result.rejected)
    return "pending" if result.waiting else "indexed"


async def _refusal(services: Services, rejected: Mapping[int, str]) -> ApiProblem:
    """422 with the points that Qdrant does not have for that; it may have others of the same write."""
    statement = select(OutboxEntry.point_ids).where(OutboxEntry.id.in_(rejected)).order_by(OutboxEntry.id)
    async with transaction(services) as session:
        ids = [id for entry in await session.scalars(statement) for id in entry]
    reasons = "; ".join(sorted(set(rejected.values())))
    return ApiProblem(422, "Refused by Qdrant", reasons, refused=ids)
