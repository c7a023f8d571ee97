"""One model with its retries and its circuit breaker."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from gateway.breaker import CircuitBreaker, CircuitOpen
from gateway.embedding.answer import Vector
from gateway.embedding.errors import BadAnswer, CallFailed, EmbeddingUnavailable, Refused
from gateway.embedding.model import Model, Purpose, Source

FIRST_WAIT = 0.1
LONGEST_WAIT = 2.0


class Endpoint:
    """Embeds within the timeout of the model, retries included: embedding twice is as good as once."""

    def __init__(
        self,
        model: Model,
        source: Source,
        breaker: CircuitBreaker,
        *,
        retries: int,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.model = model
        self.breaker = breaker
        self._source = source
        self._retries = retries
        self._jitter = jitter

    async def embed(self, texts: list[str], purpose: Purpose) -> list[Vector]:
        """Raises EmbeddingUnavailable, at the latest when the timeout of the model is over."""
        try:
            with self.breaker.guard(CallFailed, BadAnswer):
                return await self._in_time(texts, purpose)
        except CircuitOpen as error:
            raise EmbeddingUnavailable(self.model.name, str(error), error.retry_after) from None
        except CallFailed as error:
            raise EmbeddingUnavailable(self.model.name, error.reason, error.after) from None
        except (BadAnswer, Refused) as error:
            raise EmbeddingUnavailable(self.model.name, str(error)) from None

    async def _in_time(self, texts: list[str], purpose: Purpose) -> list[Vector]:
        last = CallFailed("no answer in time")
        until = asyncio.get_running_loop().time() + self.model.timeout_seconds
        try:
            async with asyncio.timeout_at(until):
                for attempt in range(self._retries):
                    try:
                        return await self._source.call(texts, purpose)
                    except CallFailed as error:
                        last = error
                    await self._before(until, self._wait(attempt, last.after), last)
                return await self._source.call(texts, purpose)
        except TimeoutError:
            raise last from None

    async def _before(self, until: float, wait: float, last: CallFailed) -> None:
        """Waits for the next attempt; raises what came of the last one where there is no time for another."""
        if asyncio.get_running_loop().time() + wait >= until:
            raise last
        await asyncio.sleep(wait)

    def _wait(self, attempt: int, asked: float | None) -> float:
        """Doubled each time, with full jitter, but never less than the service asked for."""
        wait = min(LONGEST_WAIT, FIRST_WAIT * float(2**attempt)) * self._jitter()
        return max(wait, asked or 0.0)

    async def close(self) -> None:
        """Closes the connections."""
        await self._source.close()
