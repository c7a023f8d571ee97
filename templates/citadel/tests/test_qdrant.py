"""What Qdrant's client raises is one of two errors."""

import asyncio

import httpx
import pytest
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

from citadel.qdrant import NoCollection, QdrantRefused, QdrantUnavailable, asking


def answer(status: int, content: bytes = b"why") -> UnexpectedResponse:
    return UnexpectedResponse(status, "reason", content, httpx.Headers())


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_wrong_request_is_refused(status: int) -> None:
    with pytest.raises(QdrantRefused, match=f"Qdrant answered {status}: why"):
        async with asking(1):
            raise answer(status)


@pytest.mark.parametrize("status", [401, 403, 408, 409, 429, 500, 502, 503, 507])
async def test_any_other_answer_may_change(status: int) -> None:
    with pytest.raises(QdrantUnavailable, match=f"Qdrant answered {status}"):
        async with asking(1):
            raise answer(status)


async def test_a_collection_that_is_missing_may_come() -> None:
    with pytest.raises(NoCollection):
        async with asking(1):
            raise answer(404)


@pytest.mark.parametrize(
    "error",
    [
        ResponseHandlingException(httpx.ConnectError("refused")),
        ResourceExhaustedResponse("too much", 3),
        ApiException("odd"),
        ConnectionResetError(),
        TimeoutError(),
    ],
)
async def test_no_answer_may_change(error: Exception) -> None:
    with pytest.raises(QdrantUnavailable, match="did not answer"):
        async with asking(1):
            raise error


async def test_requests_are_bounded_in_time() -> None:
    with pytest.raises(QdrantUnavailable, match="TimeoutError"):
        async with asking(0.01):
            await asyncio.sleep(10)


async def test_an_answer_can_be_kept_as_text_whatever_it_is() -> None:
    with pytest.raises(QdrantRefused) as refused:
        async with asking(1):
            raise answer(400, b"\0\xff" + b"x" * 10_000)
    assert "\0" not in str(refused.value)
    assert len(str(refused.value)) < 600
