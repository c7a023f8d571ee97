"""The last resort: an error that nobody expected is a 500 with a problem document."""

from __future__ import annotations

import asyncio

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import RETRY_AFTER_SECONDS, problem_response

log = structlog.get_logger("gateway")


class Unexpected:
    """Answers 500 and logs why; the answer says nothing of it. 503 where the worker must stop before."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def sent(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        request_id = scope.get("state", {}).get("request_id")
        try:
            await self._app(scope, receive, sent)
        except asyncio.CancelledError:
            if not started:
                await stopping(request_id)(scope, receive, send)
            raise
        except Exception:
            if started:
                raise
            log.exception("unexpected_error")
            await failed(request_id)(scope, receive, send)


def failed(request_id: str | None) -> Response:
    """500, without a reason."""
    detail = "The gateway failed; its log has the reason under the request id."
    return problem_response(request_id, 500, "Internal Server Error", detail)


def stopping(request_id: str | None) -> Response:
    """503: another worker can do it."""
    detail = "The gateway stops before it can answer."
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS), "Connection": "close"}
    return problem_response(request_id, 503, "Service Unavailable", detail, headers=headers)
