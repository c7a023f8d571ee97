"""What every request passes, outermost first. Pure ASGI: nothing here holds a body in memory."""

from __future__ import annotations

from fastapi import FastAPI

from gateway.middleware.allowlist import Allowlist
from gateway.middleware.body import BodyLimit
from gateway.middleware.capacity import Capacity
from gateway.middleware.cors import Cors
from gateway.middleware.headers import SecurityHeaders
from gateway.middleware.observed import Observed
from gateway.middleware.unexpected import Unexpected
from gateway.settings import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Wraps the application. What is added last is outermost."""
    app.add_middleware(Unexpected)
    app.add_middleware(BodyLimit, most=settings.MAX_BODY_BYTES)
    app.add_middleware(Capacity, settings=settings)
    if settings.IP_ALLOWLIST:
        app.add_middleware(Allowlist, settings=settings)
    if settings.CORS_ORIGINS:
        app.add_middleware(Cors, origins=settings.CORS_ORIGINS)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Observed, settings=settings)
