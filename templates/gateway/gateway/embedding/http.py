"""Embeddings by HTTP: a POST of `{"model": NAME, "input": [text]}`, or the form of Cohere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from gateway.embedding.answer import Vector, read_embeddings
from gateway.embedding.errors import BadAnswer, CallFailed, Refused
from gateway.embedding.model import Purpose

MOST_BYTES_A_TEXT = 500_000
_TRANSIENT = {408, 425, 429}
Request = Callable[[list[str], Purpose], dict[str, Any]]


class HttpSource:
    """One embedding service. Its address may hold credentials, so no error repeats it."""

    def __init__(
        self,
        url: str,
        request: Request,
        *,
        api_key: str | None,
        timeout_seconds: float,
        connections: int,
        dimension: int | None,
    ) -> None:
        self._url = url
        self._request = request
        self._dimension = dimension
        self._client = httpx.AsyncClient(
            timeout=timeout_seconds,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            headers={"Authorization": f"Bearer {api_key}"} if api_key else None,
            follow_redirects=False,
            trust_env=False,
        )

    async def call(self, texts: list[str], purpose: Purpose) -> list[Vector]:
        """One POST, read to the end or to what `texts` can need."""
        try:
            body = await self._post(self._request(texts, purpose), len(texts) * MOST_BYTES_A_TEXT)
        except httpx.TimeoutException:
            raise CallFailed("no answer in time") from None
        except httpx.ConnectError:
            raise CallFailed("it cannot be reached") from None
        except httpx.HTTPError as error:
            raise CallFailed(f"the connection failed ({type(error).__name__})") from None
        return read_embeddings(body, len(texts), self._dimension)

    async def _post(self, request: dict[str, Any], most: int) -> bytes:
        async with self._client.stream("POST", self._url, json=request) as response:
            _refuse(response)
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > most:
                    raise BadAnswer(f"its answer is longer than {most} bytes")
            return bytes(body)

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()


def _refuse(response: httpx.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    if status >= 500 or status in _TRANSIENT:
        raise CallFailed(f"it answered {status}", _seconds(response.headers.get("retry-after")))
    raise Refused(f"it answered {status}")


def _seconds(header: str | None) -> float | None:
    """Retry-After in seconds; a date or nonsense counts as absent."""
    return float(header) if header is not None and header.isascii() and header.isdigit() else None


def plain_request(model: str) -> Request:
    """The contract of the configuration of `vdb`."""
    return lambda texts, _purpose: {"model": model, "input": texts}


def cohere_request(model: str, dimension: int | None) -> Request:
    """Cohere tells documents from queries, and cuts embeddings to length from version 4 on."""
    fixed = {"output_dimension": dimension} if dimension and "-v4" in model else {}
    return lambda texts, purpose: {
        "model": model,
        "texts": texts,
        "input_type": f"search_{purpose}",
        "embedding_types": ["float"],
        **fixed,
    }
