"""Readiness asks every dependency at once, within a time, and not too often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

import httpx
import pytest

from gateway.app import create_app
from gateway.readiness import Dependency, ReadinessProbe
from gateway.settings import Settings

from ..conftest import serving


async def fine() -> None: ...


async def never() -> None:
    await asyncio.sleep(60)


async def broken() -> None:
    raise ConnectionError("refused at 10.0.0.1 for user vector_user")


class Counted:
    """A dependency that counts how often it is asked."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.asked = 0
        self._seconds = seconds

    async def __call__(self) -> None:
        self.asked += 1
        await asyncio.sleep(self._seconds)


def probe(dependencies: Mapping[str, Dependency], seconds: float = 0.0) -> ReadinessProbe:
    return ReadinessProbe(dependencies, timeout_seconds=0.1, seconds=seconds)


async def test_it_is_ready_when_all_answer() -> None:
    readiness = await probe({"a": Dependency(fine), "b": Dependency(fine)}).look()
    assert readiness.status == "ready"
    assert {state.status for state in readiness.dependencies.values()} == {"up"}


async def test_it_says_which_is_down_and_why_without_giving_away_where() -> None:
    readiness = await probe({"a": Dependency(fine), "b": Dependency(broken), "c": Dependency(never)}).look()
    assert readiness.status == "not ready"
    reasons = {name: state.reason for name, state in readiness.dependencies.items()}
    assert reasons == {"a": None, "b": "ConnectionError", "c": "no answer within 0.1 s"}


async def test_without_what_is_not_required_it_is_degraded() -> None:
    readiness = await probe({"a": Dependency(fine), "b": Dependency(broken, required=False)}).look()
    assert readiness.status == "degraded"


async def test_all_are_asked_at_once() -> None:
    began = time.perf_counter()
    await probe({str(number): Dependency(never) for number in range(10)}).look()
    assert time.perf_counter() - began < 0.5


async def test_many_probes_at_once_ask_once() -> None:
    counted = Counted(0.02)
    asked = probe({"a": Dependency(counted)})
    await asyncio.gather(*(asked.look() for _ in range(50)))
    assert counted.asked == 1


async def test_an_answer_is_good_for_its_time() -> None:
    counted = Counted()
    asked = probe({"a": Dependency(counted)}, seconds=0.05)
    await asked.look()
    await asked.look()
    assert counted.asked == 1
    await asyncio.sleep(0.06)
    await asked.look()
    assert counted.asked == 2


async def test_a_caller_that_goes_away_takes_the_answer_from_nobody() -> None:
    asked = probe({"a": Dependency(Counted(0.05))})
    leaving = asyncio.create_task(asked.look())
    staying = asyncio.create_task(asked.look())
    await asyncio.sleep(0.01)
    leaving.cancel()
    assert (await staying).status == "ready"
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_what_is_being_asked_at_the_end_is_not_waited_for() -> None:
    asked = ReadinessProbe({"a": Dependency(never)}, timeout_seconds=60, seconds=0)
    looking = asyncio.create_task(asked.look())
    await asyncio.sleep(0.01)
    await asyncio.wait_for(asked.close(), 1)
    with pytest.raises(asyncio.CancelledError):
        await looking


async def test_a_gateway_whose_dependencies_are_all_down_starts_lives_and_is_not_ready(
    client: httpx.AsyncClient,
) -> None:
    assert (await client.get("/livez")).status_code == 200
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    dependencies = answer.json()["dependencies"]
    assert {name: state["status"] for name, state in dependencies.items()} == {
        "postgresql": "down",
        "qdrant": "down",
    }
    assert {name for name, state in dependencies.items() if state["required"]} == {"postgresql", "qdrant"}


@pytest.mark.parametrize(
    ("given", "redis"),
    [
        ({}, None),
        ({"CACHE_ENABLED": True}, False),
        ({"RATE_LIMIT_ENABLED": True}, False),
        ({"RATE_LIMIT_ENABLED": True, "RATE_LIMIT_FAIL_OPEN": False}, True),
    ],
)
async def test_redis_is_asked_where_something_is_kept_or_counted_in_it(
    make_settings: Callable[..., Settings], given: dict[str, bool], redis: bool | None
) -> None:
    async with serving(create_app(make_settings(**given))) as client:
        dependencies = (await client.get("/readyz")).json()["dependencies"]
    assert dependencies.get("redis", {}).get("required") == redis
