"""A circuit breaker: what fails again and again is left alone for a while, then tried by one caller."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

State = Literal["closed", "open", "half-open"]


class CircuitOpen(Exception):
    """The dependency is left alone; `retry_after` is in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"left alone for another {retry_after:.1f} s after repeated failures")
        self.retry_after = retry_after


class CircuitBreaker:
    """Opens after `failures` failures in a row, for `seconds`; one trial then decides whether it closes."""

    def __init__(self, failures: int, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._seconds = seconds
        self._clock = clock
        self._failed = 0
        self._opened_at: float | None = None
        self._trial = False

    @property
    def state(self) -> State:
        """What the next caller meets."""
        if self._opened_at is None:
            return "closed"
        return "open" if self._waiting() > 0 else "half-open"

    @contextmanager
    def guard(self, *counted: type[BaseException]) -> Iterator[None]:
        """Runs a call. Exceptions of the `counted` types are failures, others decide nothing.

        Raises CircuitOpen without a call while the circuit is open or somebody else tries.
        """
        trying = self._admit()
        try:
            yield
        except counted:
            self._failure()
            raise
        else:
            self._success()
        finally:
            if trying:
                self._trial = False

    def _admit(self) -> bool:
        if self._opened_at is None:
            return False
        if self._waiting() > 0 or self._trial:
            raise CircuitOpen(max(self._waiting(), 0.1))
        self._trial = True
        return True

    def _waiting(self) -> float:
        return 0.0 if self._opened_at is None else self._opened_at + self._seconds - self._clock()

    def _failure(self) -> None:
        self._failed += 1
        if self._failed >= self._limit:
            self._opened_at = self._clock()

    def _success(self) -> None:
        self._failed = 0
        self._opened_at = None
