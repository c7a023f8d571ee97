"""How the servers behind the gateway are."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from gateway.problems import DependencyUnavailable
from gateway.ratelimit import limited
from gateway.readiness import DependencyState
from gateway.security import require
from gateway.services import Services, ServicesDep
from gateway.vitals import Backlog, Pool, backlog, pool

router = APIRouter(
    prefix="/infrastructure",
    tags=["operations"],
    dependencies=[Depends(limited("default")), Depends(require("read"))],
)


class Infrastructure(BaseModel):
    """The dependencies, the pool of this worker, and what still waits to be written to Qdrant."""

    status: Literal["healthy", "degraded", "unhealthy"]
    dependencies: dict[str, DependencyState]
    pool: Pool
    outbox: Backlog | None


STATUS: dict[str, Literal["healthy", "degraded", "unhealthy"]] = {
    "ready": "healthy",
    "degraded": "degraded",
    "not ready": "unhealthy",
}


@router.get("/health")
async def health(services: ServicesDep) -> Infrastructure:
    """Whether the dependencies answer. Answers 200 whatever is down: the status is in the answer."""
    readiness = await services.readiness.look()
    return Infrastructure(
        status=STATUS[readiness.status],
        dependencies=readiness.dependencies,
        pool=pool(services),
        outbox=await _outbox(services, readiness.dependencies["postgresql"]),
    )


async def _outbox(services: Services, postgresql: DependencyState) -> Backlog | None:
    if postgresql.status == "down":
        return None
    try:
        return await backlog(services)
    except DependencyUnavailable:
        return None
