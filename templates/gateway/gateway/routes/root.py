"""What everybody may ask: what this is, whether it lives, and whether it can do its work."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse

from gateway import __version__, metrics, problems
from gateway.readiness import Readiness
from gateway.security import require_unless
from gateway.services import ServicesDep

router = APIRouter(tags=["health"])
health_router = APIRouter(tags=["health"])


class Welcome(BaseModel):
    """What answers here, and under which paths."""

    name: str
    version: str
    api: str
    health: str


class Health(BaseModel):
    """The process answers."""

    status: str
    version: str


NOT_READY: dict[int | str, dict[str, Any]] = {
    503: {"model": Readiness, "description": "Something that the gateway needs does not answer."}
}


@router.get("/")
async def root(services: ServicesDep) -> Welcome:
    """What answers here."""
    canonical, _ = services.settings.prefixes
    return Welcome(name="vdb gateway", version=__version__, api=canonical or "/", health="/health")


@router.get("/health")
async def health() -> Health:
    """Whether the process answers. Asks nothing else, and so is fast whatever is down."""
    return Health(status="healthy", version=__version__)


@health_router.get("/health")
async def versioned_health() -> Health:
    """The same, under the versioned prefix."""
    return await health()


@router.get("/livez")
async def livez() -> Health:
    """The same, for orchestrators."""
    return Health(status="healthy", version=__version__)


@router.get("/readyz", responses=NOT_READY)
async def readyz(services: ServicesDep, response: Response) -> Readiness:
    """Whether each dependency answers, and how fast. Answers are kept for a second."""
    readiness = await services.readiness.look()
    if readiness.status == "not ready":
        response.status_code = 503
        response.headers["Retry-After"] = str(problems.RETRY_AFTER_SECONDS)
    return readiness


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"description": "Metrics in Prometheus' text format.", "content": {"text/plain": {}}},
    },
    dependencies=[Depends(require_unless("METRICS_PUBLIC"))],
)
async def exposition() -> Response:
    """Metrics of all workers, for Prometheus."""
    body, media_type = await run_in_threadpool(metrics.exposition)
    return Response(body, media_type=media_type)


@router.get("/openapi.json", include_in_schema=False, dependencies=[Depends(require_unless("DOCS_ENABLED"))])
async def description(request: Request) -> JSONResponse:
    """The OpenAPI document."""
    return JSONResponse(request.app.openapi())


@router.get("/docs", include_in_schema=False)
async def docs(services: ServicesDep) -> HTMLResponse:
    """A page to try the API with, where DOCS_ENABLED."""
    if not services.settings.DOCS_ENABLED:
        raise HTTPException(404)
    return get_swagger_ui_html(openapi_url="/openapi.json", title="vdb gateway")
