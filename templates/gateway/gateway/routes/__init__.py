"""The routes, one file each. A new router is one line here."""

from __future__ import annotations

from fastapi import APIRouter

from gateway.routes import root

UNVERSIONED: list[APIRouter] = [
    root.router,
]
"""At the root, whatever the version."""

VERSIONED: list[APIRouter] = [
    root.health_router,
]
"""Under `/v1` and `/api/v1` alike; at `/` and `/api` where versioning is off."""
