"""The application."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI

from gateway import __version__, background, logging, middleware, openapi, problems, routes, services
from gateway.services import Services
from gateway.settings import Settings

log = structlog.get_logger("gateway")


def create_app(settings: Settings | None = None, built: Services | None = None) -> FastAPI:
    """The application for these settings. `built` stands in for the services, in tests."""
    settings = settings or Settings()
    logging.configure(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.services = built or services.build(settings)
        log.info("worker_started", pid=os.getpid(), release=settings.RELEASE)
        try:
            async with background.running(background.jobs_of(app.state.services)):
                yield
        finally:
            await app.state.services.close()
            log.info("worker_stopped", pid=os.getpid())

    app = FastAPI(
        title="vdb gateway",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=openapi.operation_id,
    )
    app.state.settings = settings
    problems.install(app)
    middleware.install(app, settings)
    mount(app, settings)
    openapi.install(app, settings)
    return app


def mount(app: FastAPI, settings: Settings) -> None:
    """Puts the routers where they belong. The second prefix is an alias and not described again."""
    for router in routes.UNVERSIONED:
        app.include_router(router)
    canonical, alias = settings.prefixes
    for router in routes.HEALTH:
        if canonical:
            app.include_router(router, prefix=canonical)
        app.include_router(router, prefix=alias, include_in_schema=False)
    for router in routes.VERSIONED:
        app.include_router(router, prefix=canonical)
        app.include_router(router, prefix=alias, include_in_schema=False)
