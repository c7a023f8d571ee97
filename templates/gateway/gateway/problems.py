"""Errors as RFC 9457 problem documents."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from citadel.engine import DatabaseUnavailable
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class FieldError(BaseModel):
    """One thing that is wrong with a request, and where."""

    location: list[str | int]
    message: str
    type: str


class Problem(BaseModel):
    """What went wrong, for people and programs. `refused` are the ids of points that Qdrant has refused."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    request_id: str | None = None
    dependency: str | None = None
    errors: list[FieldError] | None = None
    refused: list[str] | None = None


class ApiProblem(Exception):
    """An error that is meant for the client. `detail` must hold no secret."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        dependency: str | None = None,
        refused: list[str] | None = None,
    ) -> None:
        super().__init__(f"{status} {title}" + (f": {detail}" if detail else ""))
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})
        self.dependency = dependency
        self.refused = refused


class DependencyUnavailable(ApiProblem):
    """Something that the gateway needs does not answer: 503, to be tried again."""

    def __init__(self, dependency: str, reason: str, retry_after: float | None = None) -> None:
        seconds = RETRY_AFTER_SECONDS if retry_after is None else max(1, math.ceil(retry_after))
        super().__init__(
            503,
            "Dependency unavailable",
            f"{dependency}: {reason}",
            headers={"Retry-After": str(seconds)},
            dependency=dependency,
        )


class NotFound(ApiProblem):
    """404 for a thing that is named by its kind."""

    def __init__(self, kind: str, name: object) -> None:
        super().__init__(404, "Not found", f"There is no {kind} {name}.")


def problem_response(
    request_id: str | None,
    status: int,
    title: str,
    detail: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    dependency: str | None = None,
    errors: list[FieldError] | None = None,
    refused: list[str] | None = None,
) -> JSONResponse:
    """The answer to a request that failed."""
    problem = Problem(
        title=title,
        status=status,
        detail=detail,
        request_id=request_id,
        dependency=dependency,
        errors=errors,
        refused=refused,
    )
    return JSONResponse(
        problem.model_dump(exclude_none=True), status, headers=dict(headers or {}), media_type=MEDIA_TYPE
    )


def request_id_of(request: Request) -> str | None:
    """The id of the request, as the middleware has set it."""
    found = request.scope.get("state", {}).get("request_id")
    return found if isinstance(found, str) else None


async def _api_problem(request: Request, error: ApiProblem) -> JSONResponse:
    return problem_response(
        request_id_of(request),
        error.status,
        error.title,
        error.detail,
        headers=error.headers,
        dependency=error.dependency,
        refused=error.refused,
    )


async def _database_unavailable(request: Request, error: DatabaseUnavailable) -> JSONResponse:
    return await _api_problem(request, DependencyUnavailable("postgresql", str(error)))


async def _http_exception(request: Request, error: HTTPException) -> JSONResponse:
    title = HTTPStatus(error.status_code).phrase
    detail = error.detail if error.detail != title else None
    headers = {"Allow": allowed(request)} if error.status_code == 405 else error.headers or {}
    return problem_response(request_id_of(request), error.status_code, title, detail, headers=headers)


def allowed(request: Request) -> str:
    """Every method that a route takes under this path; Starlette tells those of the first route alone."""
    routes = request.app.router.routes
    taken = [
        method
        for method in METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
    return ", ".join(taken)


async def _validation(request: Request, error: RequestValidationError) -> JSONResponse:
    """422. The value that was sent is left out: it may be large, or a secret."""
    errors = [
        FieldError(location=list(each["loc"]), message=each["msg"], type=each["type"])
        for each in error.errors()
    ]
    return problem_response(
        request_id_of(request),
        422,
        "Invalid request",
        "The request does not fit its description.",
        errors=jsonable_encoder(errors),
    )


def install(app: FastAPI) -> None:
    """Every error of the application takes this form."""
    handlers: dict[type[Exception], Any] = {
        ApiProblem: _api_problem,
        DatabaseUnavailable: _database_unavailable,
        HTTPException: _http_exception,
        RequestValidationError: _validation,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Error answers for a route's `responses`."""
    return {status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in statuses}
