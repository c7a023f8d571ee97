"""A limit for request bodies, however they are sent."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import problem_response

TITLE = "Content Too Large"


class BodyLimit:
    """
    Answers 413 to a body of more than `most` bytes: at once where its length is told, else when it has grown
    too large. Closes the connection then, since the rest of the body is still under way.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._told(scope) > self._most:
            await self._refuse(scope, receive, send)
            return
        await self._counted(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        size = 0
        started = False

        async def received() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._most:
                raise HTTPException(413)
            return message

        async def sent(message: Message) -> None:
            nonlocal started
            if size > self._most and not started:
                return
            started = True
            await send(message)

        try:
            await self._app(scope, received, sent)
        except HTTPException:
            if size <= self._most:
                raise
        if size > self._most and not started:
            await self._refuse(scope, receive, send)

    @staticmethod
    def _told(scope: Scope) -> int:
        length = Headers(scope=scope).get("content-length", "")
        return int(length) if length.isascii() and length.isdigit() else 0

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope.get("state", {}).get("request_id")
        detail = f"A request may have at most {self._most} bytes."
        response = problem_response(request_id, 413, TITLE, detail, headers={"Connection": "close"})
        await response(scope, receive, send)
