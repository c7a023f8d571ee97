"""The routes, one file each. A new router is one line here."""

from __future__ import annotations

from fastapi import APIRouter

from gateway import graphql
from gateway.routes import (
    collections,
    config,
    deployment,
    documents,
    environment,
    infrastructure,
    keys,
    libraries,
    models,
    production,
    root,
    search,
    vectors,
)

UNVERSIONED: list[APIRouter] = [
    root.router,
    graphql.router,
]
"""At the root, whatever the version."""

HEALTH: list[APIRouter] = [
    root.health_router,
]
"""Under the versioned prefixes too, where there are any."""

VERSIONED: list[APIRouter] = [
    libraries.router,
    documents.router,
    search.router,
    collections.router,
    vectors.router,
    models.router,
    keys.router,
    infrastructure.router,
    deployment.router,
    production.router,
    environment.router,
    config.router,
]
"""Under `/v1` and `/api/v1` alike; at `/` and `/api` where versioning is off."""
