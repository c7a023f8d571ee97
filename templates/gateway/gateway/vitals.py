"""The state of the connection pool and of the outbox, told to people and to Prometheus."""

from __future__ import annotations

from citadel import outbox
from pydantic import BaseModel

from gateway import metrics
from gateway.database import transaction
from gateway.services import Services


class Pool(BaseModel):
    """The connections of this worker to PostgreSQL."""

    size: int
    checked_out: int
    overflow: int
    waiting: int
    capacity: int


class Backlog(BaseModel):
    """Writes that are in PostgreSQL and not yet in Qdrant, and those that Qdrant has refused."""

    pending: int
    rejected: int
    oldest_seconds: float | None


def pool(services: Services) -> Pool:
    """The pool as it is now; sets its gauges."""
    state = services.database.pool_state()
    found = Pool(**{name: getattr(state, name) for name in Pool.model_fields})
    for name, value in found:
        metrics.POOL.labels(state=name).set(value)
    return found


async def backlog(services: Services) -> Backlog:
    """The outbox as it is now; sets its gauges. Raises 503 when PostgreSQL does not answer."""
    async with transaction(services) as session:
        state = await outbox.pending(session)
    found = Backlog(pending=state.waiting, rejected=state.rejected, oldest_seconds=state.oldest_seconds)
    metrics.OUTBOX_PENDING.set(found.pending)
    metrics.OUTBOX_REJECTED.set(found.rejected)
    metrics.OUTBOX_OLDEST.set(found.oldest_seconds or 0)
    return found
