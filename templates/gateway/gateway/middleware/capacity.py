"""How many requests a worker answers at once."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.middleware.observed import PROBES
from gateway.problems import problem_response
from gateway.settings import Settings


class Capacity:
    """Answers 503 when a worker has enough to do: soon, rather than late. Probes are always answered."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._most = settings.worker_capacity
        self._exempt = {*PROBES, *(f"{prefix}/health" for prefix in settings.prefixes)}
        self._busy = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._exempt:
            await self._app(scope, receive, send)
            return
        if self._busy >= self._most:
            await self._refuse(scope, receive, send)
            return
        self._busy += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._busy -= 1

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope.get("state", {}).get("request_id")
        detail = "The gateway answers as many requests as it can."
        response = problem_response(
            request_id, 503, "Service Unavailable", detail, headers={"Retry-After": "1"}
        )
        await response(scope, receive, send)
