"""Jobs run beside the requests, survive their own failures, and stop when asked."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from types import ModuleType

import pytest

from gateway import background, services
from gateway.background import jobs_of, kept, running, sample
from gateway.settings import Settings


async def test_a_job_is_asked_to_stop_at_the_end() -> None:
    stopped = False

    async def job(stop: asyncio.Event) -> None:
        nonlocal stopped
        await stop.wait()
        stopped = True

    async with running({"job": job}):
        await asyncio.sleep(0)
    assert stopped


async def test_a_job_that_does_not_stop_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "STOP_SECONDS", 0.05)
    cancelled = False

    async def job(stop: asyncio.Event) -> None:
        nonlocal cancelled
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled = True
            raise

    async with running({"job": job}):
        await asyncio.sleep(0)
    assert cancelled


async def test_a_job_that_fails_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "RESTART_SECONDS", 0.01)
    runs = 0

    async def job(stop: asyncio.Event) -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise RuntimeError("no luck")
        stop.set()

    await asyncio.wait_for(kept("job", job, asyncio.Event()), 2)
    assert runs == 3


async def test_no_jobs_are_fine() -> None:
    async with running({}):
        pass


async def test_the_settings_decide_which_jobs_there_are(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = services.build(settings)
    assert set(jobs_of(built)) == {"sampler"}
    built.settings = settings.model_copy(
        update={"DISPATCHER_ENABLED": True, "CACHE_ENABLED": True, "GRPC_PORT": 50051}
    )
    served = []
    rpc = ModuleType("gateway.rpc")

    async def serve(given: object, stop: asyncio.Event) -> None:
        served.append(given)

    rpc.serve = serve  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gateway.rpc", rpc)
    monkeypatch.setattr("gateway.rpc", rpc, raising=False)
    jobs = jobs_of(built)
    assert set(jobs) == {"sampler", "cache", "dispatcher", "rpc"}
    await jobs["rpc"](asyncio.Event())
    assert served == [built]
    await built.close()


async def test_the_sampler_goes_on_while_the_database_is_down(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "SAMPLE_SECONDS", 0.01)
    built = services.build(settings)
    stop = asyncio.Event()
    task = asyncio.create_task(sample(built, stop))
    await asyncio.sleep(0.2)
    assert not task.done()
    stop.set()
    await asyncio.wait_for(task, 5)
    await built.close()


async def test_clients_that_do_not_close_do_not_hold_up_the_others(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "CLOSE_SECONDS", 0.05)
    built = services.build(settings)

    class Stuck:
        async def close(self) -> None:
            await asyncio.sleep(60)

    stuck = dataclasses.replace(built, embedder=Stuck())  # type: ignore[arg-type]
    await asyncio.wait_for(stuck.close(), 1)
    await built.embedder.close()
