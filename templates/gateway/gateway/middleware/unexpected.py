"""The last resort: an error that nobody expected is a 500 with a problem document."""

from __future__ import annotations

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import problem_response

log = structlog.get_logger("gateway")


class Unexpected:
    """Answers 500 and logs why; the answer says nothing of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def sent(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            log.exception("unexpected_error")
            request_id = scope.get("state", {}).get("request_id")
            detail = "The gateway failed; its log has the reason under the request id."
            await problem_response(request_id, 500, "Internal Server Error", detail)(scope, receive, send)
