"""The OpenAPI document, made true: which errors an operation has, in which form, and who may call it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from gateway import limits
from gateway.problems import MEDIA_TYPE, Problem
from gateway.settings import Settings

Document = dict[str, Any]
PROBLEM = {"$ref": "#/components/schemas/Problem"}
ALWAYS_ANSWERED = frozenset({"root_root", "root_health", "root_livez", "root_versioned_health"})
UNLIMITED = "health"
DESCRIPTION = """Vectors, documents and their search.

Errors are RFC 9457 problem documents. Every answer bears `X-Request-ID`."""

HEADERS: dict[str, Document] = {
    "Retry-After": {"description": "Seconds until it is worth another try.", "schema": {"type": "integer"}},
    "RateLimit-Limit": {"description": "Requests allowed in the window.", "schema": {"type": "integer"}},
    "RateLimit-Remaining": {"description": "Requests left in the window.", "schema": {"type": "integer"}},
    "RateLimit-Reset": {"description": "Seconds until there are more.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "How to present a key.", "schema": {"type": "string"}},
}
HEADERS_OF = {
    "401": ["WWW-Authenticate"],
    "429": ["Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"],
    "503": ["Retry-After"],
}


def operation_id(route: APIRoute) -> str:
    """The module and the function: what a client generator makes readable names of."""
    return f"{route.endpoint.__module__.rpartition('.')[2]}_{route.name}"


def install(app: FastAPI, settings: Settings) -> None:
    """The application describes itself with this."""

    def described() -> Document:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title, version=app.version, description=describe(settings), routes=app.routes
            )
            app.openapi_schema = limits.describe(truthful(document, settings), settings)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def describe(settings: Settings) -> str:
    """What all operations have in common."""
    canonical, alias = settings.prefixes
    return f"{DESCRIPTION}\n\nWhat lies under `{canonical}/` lies under `{alias}/` too."


def truthful(document: Document, settings: Settings) -> Document:
    """Corrects what FastAPI cannot know. Changes the document and gives it back."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}), Problem=problem)
    if not settings.API_KEY_AUTH:
        components.pop("securitySchemes", None)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _correct(path, operation, settings)
    document["components"] = dict(sorted(components.items()))
    return document


def _correct(path: str, operation: Document, settings: Settings) -> None:
    if not settings.API_KEY_AUTH or (path == "/metrics" and settings.METRICS_PUBLIC):
        operation.pop("security", None)
    responses = operation["responses"]
    for status in _errors(operation, settings):
        responses.setdefault(status, {"description": HTTPStatus(int(status)).phrase})
    if not _needs_key(operation) and not settings.IP_ALLOWLIST:
        responses.pop("403", None)
    if not _needs_key(operation):
        responses.pop("401", None)
    for status, response in responses.items():
        _as_problem(status, response)
    operation["responses"] = dict(sorted(responses.items()))


def _needs_key(operation: Document) -> bool:
    """Whether a request without a key is refused, rather than answered in part."""
    security = operation.get("security", [])
    return bool(security) and {} not in security


def _errors(operation: Document, settings: Settings) -> set[str]:
    """The errors that an operation can have by what it takes and who may call it."""
    health = UNLIMITED in operation.get("tags", [])
    found = {"500"}
    if operation.get("operationId") not in ALWAYS_ANSWERED:
        found.add("503")
    if "requestBody" in operation:
        found |= {"400", "413"}
    if _needs_key(operation):
        found |= {"401", "403"}
    if settings.IP_ALLOWLIST:
        found.add("403")
    if settings.RATE_LIMIT_ENABLED and not health:
        found.add("429")
    return found


def _as_problem(status: str, response: Document) -> None:
    """Gives an error the form of a problem, unless the route has described another."""
    if not status.isdigit() or int(status) < 400:
        return
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    if schema is None or schema in (PROBLEM, {"$ref": "#/components/schemas/HTTPValidationError"}):
        response["content"] = {MEDIA_TYPE: {"schema": PROBLEM}}
    if status in HEADERS_OF:
        response["headers"] = {name: HEADERS[name] for name in HEADERS_OF[status]}
