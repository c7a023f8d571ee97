"""Who may come in, by address."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.addresses import client_address_of, parsed, within
from gateway.problems import problem_response
from gateway.settings import Settings


class Allowlist:
    """
    Answers 403 to clients outside IP_ALLOWLIST.

    The trusted proxies themselves come in: without a forwarded address it is their own health check.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._proxies = settings.TRUSTED_PROXIES
        self._allowed = [*settings.IP_ALLOWLIST, *settings.TRUSTED_PROXIES]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._may_pass(scope):
            await self._app(scope, receive, send)
            return
        request_id = scope.get("state", {}).get("request_id")
        response = problem_response(request_id, 403, "Forbidden", "Your address is not allowed here.")
        await response(scope, receive, send)

    def _may_pass(self, scope: Scope) -> bool:
        return within(parsed(client_address_of(scope, self._proxies)), self._allowed)
