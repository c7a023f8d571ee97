"""The gRPC server of a worker. All workers share one port; the kernel spreads connections over them."""

from __future__ import annotations

import asyncio
import contextlib

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health

from gateway.rpc import search_pb2, search_pb2_grpc
from gateway.rpc.search import SearchService
from gateway.services import Services

GRACE_SECONDS = 5.0
LOOK_SECONDS = 2.0
SEARCH = search_pb2.DESCRIPTOR.services_by_name["Search"].full_name


async def serve(services: Services, stop: asyncio.Event) -> None:
    """Serves until it is asked to stop, then lets calls end. Raises when the port cannot be had."""
    checks = health.HealthServicer()
    server = made(services, checks)
    await server.start()
    try:
        while not stop.is_set():
            await tell(services, checks)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await stop.wait()
    finally:
        await checks.enter_graceful_shutdown()
        await server.stop(GRACE_SECONDS)


def made(services: Services, checks: health.HealthServicer) -> grpc.aio.Server:
    """A server with both services, bound but not started."""
    settings = services.settings
    server = grpc.aio.server(
        options=[
            ("grpc.so_reuseport", 1),
            ("grpc.max_receive_message_length", settings.MAX_BODY_BYTES),
        ],
        maximum_concurrent_rpcs=settings.worker_capacity,
    )
    search_pb2_grpc.add_SearchServicer_to_server(SearchService(services), server)  # type: ignore[no-untyped-call]
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    host = f"[{settings.GATEWAY_HOST}]" if ":" in settings.GATEWAY_HOST else settings.GATEWAY_HOST
    server.add_insecure_port(f"{host}:{settings.GRPC_PORT}")
    return server


async def tell(services: Services, checks: health.HealthServicer) -> None:
    """Health as `/readyz` has it, for the server and for its search."""
    ready = (await services.readiness.look()).status != "not ready"
    status = health_pb2.HealthCheckResponse.SERVING if ready else health_pb2.HealthCheckResponse.NOT_SERVING
    for name in ("", SEARCH):
        await checks.set(name, status)
