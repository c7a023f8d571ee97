"""The routes, one file each. A new router is one line here."""

from __future__ import annotations

from fastapi import APIRouter

from gateway.routes import config, deployment, environment, infrastructure, keys, production, root

UNVERSIONED: list[APIRouter] = [
    root.router,
]
"""At the root, whatever the version."""

HEALTH: list[APIRouter] = [
    root.health_router,
]
"""Under the versioned prefixes too, where there are any."""

VERSIONED: list[APIRouter] = [
    keys.router,
    infrastructure.router,
    deployment.router,
    production.router,
    environment.router,
    config.router,
]
"""Under `/v1` and `/api/v1` alike; at `/` and `/api` where versioning is off."""
