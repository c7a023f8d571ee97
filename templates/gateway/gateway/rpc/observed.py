"""Request ids, the access log and the metrics of calls: as REST has them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import structlog

from gateway import metrics
from gateway.middleware.observed import request_id_for

METHOD = "gRPC"
log = structlog.get_logger("gateway.access")


@asynccontextmanager
async def observed(
    route: str, context: grpc.aio.ServicerContext[Any, Any], client: str
) -> AsyncIterator[None]:
    """Gives a call an id, which its initial metadata bear, measures it, and writes one line about it."""
    given = dict(context.invocation_metadata() or ()).get("x-request-id")
    request_id = request_id_for(given if isinstance(given, str) else None)
    began = time.perf_counter()
    with structlog.contextvars.bound_contextvars(request_id=request_id), metrics.IN_FLIGHT.track_inprogress():
        await context.send_initial_metadata((("x-request-id", request_id),))
        try:
            yield
        finally:
            seconds = time.perf_counter() - began
            status = status_of(context.code())
            metrics.REQUESTS.labels(method=METHOD, route=route, status=status).inc()
            metrics.LATENCY.labels(method=METHOD, route=route).observe(seconds)
            duration = round(seconds * 1000, 2)
            log.info(
                "request", method=METHOD, route=route, status=status, duration_ms=duration, client=client
            )


def status_of(code: Any) -> str:
    """The name of a status code; a call that nothing ended is well."""
    return code.name if isinstance(code, grpc.StatusCode) else grpc.StatusCode.OK.name
