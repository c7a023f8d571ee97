"""Which web pages may call the gateway."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from gateway.problems import problem_response

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ACCEPTED = ("Authorization", "Content-Type", "X-API-Key", "X-Request-ID")
EXPOSED = (
    "Retry-After",
    "RateLimit-Limit",
    "RateLimit-Policy",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "X-Request-ID",
)


class Cors(CORSMiddleware):
    """Starlette's, with refusals as problem documents. Keys travel in headers: no cookies are allowed."""

    def __init__(self, app: ASGIApp, origins: list[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=ACCEPTED,
            expose_headers=EXPOSED,
            max_age=600,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """The answer to a browser that asks beforehand."""
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        return problem_response(None, 400, "Bad Request", bytes(response.body).decode())
