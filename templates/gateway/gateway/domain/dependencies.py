"""Calls of dependencies: within their time, and with failures that name them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from pydantic_core import from_json
from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

from gateway.embedding import EmbeddingUnavailable, Purpose, UnknownModel, Vector
from gateway.problems import ApiProblem, DependencyUnavailable, NotFound
from gateway.services import Services

GRACE_SECONDS = 1.0
"""How much longer than its client's own timeout Qdrant is waited for."""


async def from_qdrant[T](services: Services, call: Awaitable[T], seconds: float | None = None) -> T:
    """What Qdrant answers. What it refuses as wrong is 422, what it does not know is 404.

    `seconds` is for a caller that has less time than QDRANT_TIMEOUT_SECONDS.
    """
    longest = services.settings.QDRANT_TIMEOUT_SECONDS + GRACE_SECONDS
    try:
        async with asyncio.timeout(longest if seconds is None else min(seconds, longest)):
            return await call
    except TimeoutError:
        raise DependencyUnavailable("qdrant", "no answer in time") from None
    except ResponseHandlingException as error:
        raise DependencyUnavailable("qdrant", f"no answer ({type(error.source).__name__})") from None
    except ResourceExhaustedResponse:
        raise DependencyUnavailable("qdrant", "it is overloaded") from None
    except UnexpectedResponse as error:
        raise _refusal(error) from None
    except (ApiException, QdrantException, ValueError) as error:
        raise DependencyUnavailable("qdrant", f"no usable answer ({type(error).__name__})") from None


def _refusal(error: UnexpectedResponse) -> ApiProblem:
    reason = _reason(error.content)
    match error.status_code:
        case 404:
            return ApiProblem(404, "Not found", reason)
        case 400 | 422:
            return ApiProblem(422, "Refused by Qdrant", reason)
        case 409:
            return ApiProblem(409, "Conflict", reason)
        case 503:
            return _away(error)
        case status:
            return DependencyUnavailable("qdrant", f"it answered {status}")


def _away(error: UnexpectedResponse) -> DependencyUnavailable:
    """The edge between the two answers so while no server may take the request, and says how long."""
    try:
        reason = str(from_json(error.content)["title"])[:500]
    except (ValueError, KeyError, TypeError):
        reason = "it answered 503"
    wait = error.headers.get("retry-after", "")
    return DependencyUnavailable("qdrant", reason, float(wait) if wait.isdecimal() else None)


def _reason(content: bytes) -> str:
    """Qdrant's own words, which tell of the request alone."""
    try:
        return str(from_json(content)["status"]["error"])[:500]
    except (ValueError, KeyError, TypeError):
        return "Qdrant gave no reason."


async def embeddings(services: Services, model: str, texts: list[str], purpose: Purpose) -> list[Vector]:
    """One vector a text; 404 for a model that is not configured, 503 for one that gives none."""
    try:
        return await services.embedder.embed(model, texts, purpose)
    except UnknownModel:
        raise NotFound("model", model) from None
    except EmbeddingUnavailable as error:
        raise unavailable_model(model, error.reason, error.retry_after) from None


def unavailable_model(model: str, reason: str, retry_after: float | None = None) -> DependencyUnavailable:
    """503 that names the model, and when it is worth another try where that is known."""
    return DependencyUnavailable(f"model:{model}", reason, retry_after)
