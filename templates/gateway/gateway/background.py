"""What runs beside the requests for as long as a worker lives."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog

from gateway.cache import SETTLE_SECONDS
from gateway.problems import DependencyUnavailable
from gateway.services import Services
from gateway.vitals import backlog, pool

RESTART_SECONDS = 5.0
STOP_SECONDS = 10.0
SAMPLE_SECONDS = 5.0

Job = Callable[[asyncio.Event], Awaitable[None]]
log = structlog.get_logger("gateway.background")


def jobs_of(services: Services) -> dict[str, Job]:
    """The jobs that the settings ask for."""
    jobs: dict[str, Job] = {"sampler": lambda stop: sample(services, stop)}
    if services.settings.CACHE_ENABLED:
        jobs["cache"] = lambda stop: settle(services, stop)
    if services.settings.DISPATCHER_ENABLED:
        jobs["dispatcher"] = services.dispatcher.run
    if services.settings.GRPC_PORT:
        from gateway import rpc

        jobs["rpc"] = lambda stop: rpc.serve(services, stop)
    return jobs


@asynccontextmanager
async def running(jobs: Mapping[str, Job]) -> AsyncIterator[None]:
    """Runs the jobs meanwhile; at the end they are asked to stop, and cancelled when they do not."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(kept(name, job, stop), name=name) for name, job in jobs.items()]
    try:
        yield
    finally:
        stop.set()
        _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS) if tasks else ((), ())
        for task in late:
            log.warning("job_cancelled", job=task.get_name())
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def kept(name: str, job: Job, stop: asyncio.Event) -> None:
    """Runs a job until it is asked to stop; one that fails is started again after a while."""
    while not stop.is_set():
        try:
            await job(stop)
        except Exception:
            log.exception("job_failed", job=name)
        if not stop.is_set():
            await paused(stop, RESTART_SECONDS)


async def paused(stop: asyncio.Event, seconds: float) -> None:
    """Waits, unless it is asked to stop."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def sample(services: Services, stop: asyncio.Event) -> None:
    """Keeps the gauges of the connection pool and the outbox current."""
    while not stop.is_set():
        pool(services)
        with contextlib.suppress(DependencyUnavailable):
            await backlog(services)
        await paused(stop, SAMPLE_SECONDS)


async def settle(services: Services, stop: asyncio.Event) -> None:
    """Lets no worker serve what another one has changed while Redis was away."""
    while not stop.is_set():
        await services.cache.settle()
        await paused(stop, SETTLE_SECONDS)
