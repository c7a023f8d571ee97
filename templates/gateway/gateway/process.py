"""What is known of this process and its release."""

from __future__ import annotations

import os
import platform
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from pydantic import AwareDatetime, BaseModel

from gateway import __version__
from gateway.settings import Settings

STARTED = datetime.now(UTC)
_BEGAN = time.monotonic()
PACKAGES = ("fastapi", "gunicorn", "pydantic", "qdrant-client", "redis", "sqlalchemy", "uvicorn")


class Process(BaseModel):
    """The worker that answers."""

    version: str
    release: str
    environment: str
    python: str
    pid: int
    workers: int
    started_at: AwareDatetime
    uptime_seconds: float


def process(settings: Settings) -> Process:
    """The worker that this runs in."""
    return Process(
        version=__version__,
        release=settings.RELEASE,
        environment=settings.ENVIRONMENT,
        python=platform.python_version(),
        pid=os.getpid(),
        workers=settings.workers,
        started_at=STARTED,
        uptime_seconds=round(time.monotonic() - _BEGAN, 1),
    )


def packages() -> dict[str, str]:
    """Versions of what the gateway is built on."""
    return {name: _version(name) for name in PACKAGES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
