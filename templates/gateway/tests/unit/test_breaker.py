"""The circuit breaker, with a clock of its own."""

from __future__ import annotations

import asyncio

import pytest

from gateway.breaker import CircuitBreaker, CircuitOpen


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(ValueError, match="down"), breaker.guard(ValueError):
            raise ValueError("down")


def succeed(breaker: CircuitBreaker) -> None:
    with breaker.guard(ValueError):
        pass


def test_it_opens_after_failures_in_a_row_and_says_how_long() -> None:
    clock = Clock()
    breaker = CircuitBreaker(3, 10, clock=clock)
    fail(breaker, 2)
    assert breaker.state == "closed"
    fail(breaker)
    assert breaker.state == "open"
    clock.now += 4
    with pytest.raises(CircuitOpen) as refused:
        succeed(breaker)
    assert refused.value.retry_after == 6


def test_a_success_between_failures_keeps_it_closed() -> None:
    breaker = CircuitBreaker(2, 10, clock=Clock())
    for _ in range(5):
        fail(breaker)
        succeed(breaker)
    assert breaker.state == "closed"


def test_one_trial_closes_it_again() -> None:
    clock = Clock()
    breaker = CircuitBreaker(1, 10, clock=clock)
    fail(breaker)
    clock.now += 10
    assert breaker.state == "half-open"
    with breaker.guard(ValueError), pytest.raises(CircuitOpen):
        succeed(breaker)
    assert breaker.state == "closed"
    succeed(breaker)


def test_a_failed_trial_opens_it_for_the_whole_time() -> None:
    clock = Clock()
    breaker = CircuitBreaker(3, 10, clock=clock)
    fail(breaker, 3)
    clock.now += 10
    fail(breaker)
    assert breaker.state == "open"
    clock.now += 9.9
    with pytest.raises(CircuitOpen):
        succeed(breaker)


def test_a_cancelled_trial_decides_nothing_and_lets_the_next_one_try() -> None:
    clock = Clock()
    breaker = CircuitBreaker(1, 10, clock=clock)
    fail(breaker)
    clock.now += 10
    with pytest.raises(asyncio.CancelledError), breaker.guard(ValueError):
        raise asyncio.CancelledError
    assert breaker.state == "half-open"
    succeed(breaker)
    assert breaker.state == "closed"
