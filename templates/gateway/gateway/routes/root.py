"""What everybody may ask: what this is, and whether it lives."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gateway import __version__, metrics

router = APIRouter(tags=["health"])
health_router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The process answers."""

    status: str = "healthy"
    version: str = __version__


class Welcome(BaseModel):
    """What this is."""

    name: str
    version: str


@router.get("/")
async def root() -> Welcome:
    """What answers here."""
    return Welcome(name="vdb gateway", version=__version__)


@router.get("/health")
@health_router.get("/health")
async def health() -> Health:
    """Whether the process answers; asks nothing else."""
    return Health()


@router.get("/metrics", response_class=Response)
async def exposition() -> Response:
    """Prometheus metrics of all workers."""
    body, media_type = await run_in_threadpool(metrics.exposition)
    return Response(body, media_type=media_type)
