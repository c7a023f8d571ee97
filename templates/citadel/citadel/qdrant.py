"""What Qdrant's client raises, as two errors: away for now, or the request itself is wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

_WRONG = (400, 413, 422)
_NOT_FOUND = 404
_LONGEST_ANSWER = 500


class QdrantUnavailable(Exception):
    """Qdrant is not reachable, takes too long, or cannot do it now."""


class QdrantRefused(Exception):
    """Qdrant will never take this request."""


class NoCollection(QdrantUnavailable):
    """Qdrant has no collection or alias of that name, for now."""


@asynccontextmanager
async def asking(timeout_seconds: float) -> AsyncIterator[None]:
    """Bounds requests to Qdrant in time and translates their errors."""
    try:
        async with asyncio.timeout(timeout_seconds):
            yield
    except UnexpectedResponse as error:
        raise _unexpected(error) from None
    except ResponseHandlingException as error:
        raise QdrantUnavailable(f"Qdrant did not answer: {type(error.source).__name__}") from None
    except (ApiException, QdrantException) as error:
        raise QdrantUnavailable(f"Qdrant did not answer: {type(error).__name__}") from None
    except (TimeoutError, OSError) as error:
        raise QdrantUnavailable(f"Qdrant did not answer: {type(error).__name__}") from None


def _unexpected(error: UnexpectedResponse) -> QdrantUnavailable | QdrantRefused:
    answer = error.content.decode(errors="replace").replace("\0", "")[:_LONGEST_ANSWER]
    told = f"Qdrant answered {error.status_code}: {answer}"
    if error.status_code == _NOT_FOUND:
        return NoCollection(told)
    return QdrantRefused(told) if error.status_code in _WRONG else QdrantUnavailable(told)
