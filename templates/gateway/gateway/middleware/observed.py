"""Request ids, the access log and the metrics of requests."""

from __future__ import annotations

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import metrics
from gateway.addresses import client_address_of
from gateway.problems import METHODS
from gateway.settings import Settings

SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What the edge takes for an id, too: a request has the same one in both logs."""

PROBES = frozenset({"/", "/health", "/livez", "/readyz", "/metrics"})
UNMATCHED = "unmatched"
log = structlog.get_logger("gateway.access")


class Observed:
    """Gives each request an id, measures it, and writes one line about it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._proxies = settings.TRUSTED_PROXIES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._observe(scope, receive, send)

    async def _observe(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = request_id_for(Headers(scope=scope).get("x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        status = 500
        began = time.perf_counter()

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        metrics.IN_FLIGHT.inc()
        try:
            with structlog.contextvars.bound_contextvars(request_id=request_id):
                try:
                    await self._app(scope, receive, answered)
                finally:
                    self._record(scope, status, time.perf_counter() - began)
        finally:
            metrics.IN_FLIGHT.dec()

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        route = route_of(scope)
        metrics.REQUESTS.labels(method=method, route=route, status=str(status)).inc()
        metrics.LATENCY.labels(method=method, route=route).observe(seconds)
        level = "debug" if route in PROBES and status < 500 else "info"
        getattr(log, level)(
            "request",
            method=scope["method"],
            path=scope["path"],
            route=route,
            status=status,
            duration_ms=round(seconds * 1000, 2),
            client=client_address_of(scope, self._proxies),
        )


def request_id_for(given: str | None) -> str:
    """The client's own id where it is a sane one, else a new one."""
    return given if given is not None and SANE_ID.fullmatch(given) else uuid.uuid4().hex


def route_of(scope: Scope) -> str:
    """The route's template, without the version: never the path, which anybody can make up."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else UNMATCHED
