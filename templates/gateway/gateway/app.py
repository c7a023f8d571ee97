"""The application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI

from gateway import __version__, logging, problems, routes, services
from gateway.services import Services
from gateway.settings import Settings


def create_app(settings: Settings | None = None, built: Services | None = None) -> FastAPI:
    """The application for these settings. `built` stands in for the services, in tests."""
    settings = settings or Settings()
    logging.configure(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        structlog.get_logger("gateway").info("starting", **settings.summary())
        app.state.services = built or services.build(settings)
        try:
            yield
        finally:
            await app.state.services.close()

    app = FastAPI(
        title="vdb gateway",
        version=__version__,
        lifespan=lifespan,
        docs_url="/docs" if settings.DOCS_ENABLED else None,
        redoc_url=None,
    )
    app.state.settings = settings
    problems.install(app)
    mount(app, settings)
    return app


def mount(app: FastAPI, settings: Settings) -> None:
    """Puts the routers where they belong. The second prefix is an alias and not described again."""
    for router in routes.UNVERSIONED:
        app.include_router(router)
    canonical, alias = settings.prefixes
    for router in routes.VERSIONED:
        app.include_router(router, prefix=canonical)
        app.include_router(router, prefix=alias, include_in_schema=False)
