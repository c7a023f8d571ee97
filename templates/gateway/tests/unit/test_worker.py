"""A worker drains: what is open when it stops is answered first."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger

from gateway import worker
from gateway.worker import Worker


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        yield listening


@pytest.fixture
def make_worker(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Worker]]:
    """Makes a worker as gunicorn does, that stops after one request."""
    monkeypatch.setattr(Worker, "_install_sigquit_handler", lambda self: None)
    workers: list[Worker] = []

    def make(app: Any, **given: Any) -> Worker:
        config = Config()
        for name, value in {"max_requests": 1, "graceful_timeout": 10, **given}.items():
            config.set(name, value)
        made = Worker(1, 0, [listener], None, 30, config, Logger(config))
        made.wsgi = app
        workers.append(made)
        return made

    yield make
    for each in workers:
        each.tmp.close()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers all requests."""
    if scope["type"] == "lifespan":
        for event in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{event}.complete"})
        return
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


class Connection:
    """A connection that sends when it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def get(self) -> str:
        """The whole answer to a request."""
        self._writer.write(b"GET / HTTP/1.1\r\nHost: gateway.test\r\n\r\n")
        head = await self._reader.readuntil(b"\r\n\r\n")
        return (head + await self._reader.readexactly(2)).decode().lower()

    async def ended(self) -> bool:
        """Whether the server has closed it."""
        return await self._reader.read() == b""

    def close(self) -> None:
        self._writer.close()


async def connected(listener: socket.socket) -> Connection:
    return Connection(*await asyncio.open_connection(*listener.getsockname()))


async def test_a_connection_that_is_open_when_the_worker_stops_is_answered_and_then_closed(
    make_worker: Callable[..., Worker], listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "DRAIN_SECONDS", 0.6)
    serving = asyncio.create_task(make_worker(application)._serve())
    first, second = await connected(listener), await connected(listener)
    assert "connection: close" not in await first.get()
    await asyncio.sleep(0.3)
    late = await second.get()
    assert late.startswith("http/1.1 200")
    assert "connection: close" in late
    assert await second.ended()
    assert await first.ended()
    await asyncio.wait_for(serving, 5)
    first.close()
    second.close()


async def test_an_application_that_does_not_start_is_told_to_gunicorn(
    make_worker: Callable[..., Worker],
) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no luck"})

    with pytest.raises(SystemExit) as raised:
        await make_worker(broken)._serve()
    assert raised.value.code == Arbiter.WORKER_BOOT_ERROR


def test_uvicorn_believes_no_proxy_names_no_server_and_ends_before_gunicorn_does(
    make_worker: Callable[..., Worker],
) -> None:
    config = make_worker(application, graceful_timeout=30).config
    assert config.proxy_headers is False
    assert config.server_header is False
    assert config.access_log is False
    assert config.timeout_graceful_shutdown == 28
    assert make_worker(application, graceful_timeout=1).config.timeout_graceful_shutdown == 1


async def test_a_client_that_left_before_it_was_taken_is_not_listened_to(
    make_worker: Callable[..., Worker], listener: socket.socket
) -> None:
    """As the health checks of a proxy do while workers start: it waits a while, then resets."""
    asked: list[Any] = []

    async def recording(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            asked.append(scope["client"])
        await application(scope, receive, send)

    with socket.create_connection(listener.getsockname()) as leaving:
        leaving.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    serving = asyncio.create_task(make_worker(recording)._serve())
    staying = await connected(listener)
    assert (await staying.get()).startswith("http/1.1 200")
    staying.close()
    await asyncio.wait_for(serving, 5)
    assert [client is not None for client in asked] == [True]
