"""Whether everything that the gateway needs answers: asked at once, each within a time, and not too often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from gateway import metrics

Ask = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something that the gateway needs. Without one that is not `required` it serves, but less well."""

    ask: Ask
    required: bool = True


class DependencyState(BaseModel):
    """What a dependency answered, and how fast."""

    status: Literal["up", "down"]
    required: bool
    latency_ms: float
    reason: str | None = None


class Readiness(BaseModel):
    """`degraded`: it serves, but something that it can do without is down."""

    status: Literal["ready", "degraded", "not ready"]
    dependencies: dict[str, DependencyState]


class ReadinessProbe:
    """
    Asks all dependencies at once. An answer is good for `seconds`, and callers that come meanwhile wait for
    the same one: however many probe, a dependency is asked once at a time.
    """

    def __init__(
        self, dependencies: Mapping[str, Dependency], *, timeout_seconds: float, seconds: float
    ) -> None:
        self._dependencies = dependencies
        self._timeout = timeout_seconds
        self._seconds = seconds
        self._known: tuple[float, Readiness] | None = None
        self._asking: asyncio.Task[Readiness] | None = None

    async def look(self) -> Readiness:
        """How things are, or were a moment ago."""
        if self._known is not None and time.monotonic() - self._known[0] < self._seconds:
            return self._known[1]
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_all())
        return await asyncio.shield(self._asking)

    async def close(self) -> None:
        """Asks no more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _ask_all(self) -> Readiness:
        states = await asyncio.gather(*(self._ask(name) for name in self._dependencies))
        found = dict(zip(self._dependencies, states, strict=True))
        readiness = Readiness(status=verdict(found), dependencies=found)
        self._known = (time.monotonic(), readiness)
        return readiness

    async def _ask(self, name: str) -> DependencyState:
        dependency = self._dependencies[name]
        began = time.perf_counter()
        reason = await self._reason_of(dependency)
        metrics.DEPENDENCY_UP.labels(dependency=name).set(reason is None)
        return DependencyState(
            status="up" if reason is None else "down",
            required=dependency.required,
            latency_ms=round((time.perf_counter() - began) * 1000, 2),
            reason=reason,
        )

    async def _reason_of(self, dependency: Dependency) -> str | None:
        """Why it is down, in words that give nothing away: clients' messages may hold addresses and users."""
        try:
            async with asyncio.timeout(self._timeout):
                await dependency.ask()
        except TimeoutError:
            return f"no answer within {self._timeout:g} s"
        except Exception as error:
            return type(error).__name__
        return None


def verdict(states: Mapping[str, DependencyState]) -> Literal["ready", "degraded", "not ready"]:
    """The worst of all decides."""
    down = [state for state in states.values() if state.status == "down"]
    if any(state.required for state in down):
        return "not ready"
    return "degraded" if down else "ready"
