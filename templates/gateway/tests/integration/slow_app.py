"""The gateway with routes that take their time, for tests of whole processes."""

from __future__ import annotations

import asyncio
import os
import time

from gateway.app import create_app

app = create_app()


@app.get("/slow/{seconds}")
async def slow(seconds: float) -> int:
    """Answers late, with the id of its process."""
    await asyncio.sleep(seconds)
    return os.getpid()


@app.get("/pid")
async def pid() -> int:
    """The id of the process that answers."""
    return os.getpid()


@app.get("/stuck/{seconds}")
async def stuck(seconds: float) -> None:
    """Blocks the event loop, as no route should."""
    time.sleep(seconds)  # noqa: ASYNC251


@app.get("/fails")
async def fails() -> None:
    """Fails as nobody expected, with a secret at hand."""
    raise RuntimeError(f"no luck with {os.environ['QDRANT_API_KEY']}")
