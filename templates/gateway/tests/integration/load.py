"""An open load on a gateway: each request is sent when it is due, whatever became of those before it."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

INTERVAL = 0.05
"""Seconds from one request to the next, and from one probe to the next."""

PATIENCE = 20.0
"""Seconds after which a request has no answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request. `seconds` count from when it was due; without any answer `status` is 0."""

    kind: str
    due: float
    seconds: float
    status: int
    body: Any = None

    @property
    def well(self) -> bool:
        return 200 <= self.status < 300


@dataclass
class Load:
    """Searches, writes and reads in turn, and beside them probes of `/livez`."""

    http: httpx.AsyncClient
    library: str
    answers: list[Answer] = field(default_factory=list)
    probes: list[Answer] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    """Text by id of each document whose write was acknowledged."""

    async def search(self) -> httpx.Response:
        body = {"query": f"what is {uuid.uuid4().hex}?", "k": 3}
        return await self.http.post(f"/v1/libraries/{self.library}/search", json=body)

    async def write(self) -> httpx.Response:
        id, text = str(uuid.uuid4()), f"the text {uuid.uuid4().hex}"
        body = {"id": id, "title": "written under load", "texts": [text]}
        answer = await self.http.post(f"/v1/libraries/{self.library}/documents", json=body)
        if answer.is_success:
            self.written[id] = text
        return answer

    async def read(self) -> httpx.Response:
        return await self.http.get(f"/v1/libraries/{self.library}/documents", params={"limit": 5})

    async def probe(self) -> httpx.Response:
        return await self.http.get("/livez")

    def since(self, moment: float) -> list[Answer]:
        """Answers to requests that were due after a moment."""
        return [each for each in self.answers if each.due >= moment]

    async def well_again(self, seconds: float, calm: float = 1.0) -> None:
        """Waits until all that was due within `calm` seconds is answered well; fails after `seconds`."""
        began = time.monotonic()
        while True:
            bad = [each.due for each in self.answers if not each.well]
            since = max([began, *bad])
            if any(each.due > since + calm for each in self.answers):
                return
            assert time.monotonic() - began < seconds, [each for each in self.answers if not each.well][-3:]
            await asyncio.sleep(0.1)


@asynccontextmanager
async def load(http: httpx.AsyncClient, library: str) -> AsyncIterator[Load]:
    """Runs the load meanwhile. At the end every request that was sent has its answer."""
    made = Load(http, library)
    stop = asyncio.Event()
    mix = (made.search, made.write, made.search, made.read)
    async with asyncio.TaskGroup() as group:
        group.create_task(steadily(stop, mix, made.answers))
        group.create_task(steadily(stop, (made.probe,), made.probes))
        try:
            yield made
        finally:
            stop.set()


async def steadily(
    stop: asyncio.Event, mix: tuple[Callable[[], Awaitable[httpx.Response]], ...], into: list[Answer]
) -> None:
    """Sends one of the mix every INTERVAL, by a clock that does not wait for answers."""
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number, ask in enumerate(itertools.cycle(mix)):
            due = began + number * INTERVAL
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if stop.is_set():
                return
            group.create_task(answered(ask, due, into))


async def answered(ask: Callable[[], Awaitable[httpx.Response]], due: float, into: list[Answer]) -> None:
    """One request."""
    status, body = 0, None
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await ask()
        status, body = answer.status_code, answer.json()
    except (httpx.TransportError, TimeoutError) as error:
        body = repr(error)
    into.append(Answer(ask.__name__, due, time.monotonic() - due, status, body))
