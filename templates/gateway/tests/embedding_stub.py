"""A stand-in for an external embedding service, over real HTTP, with faults on demand."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

from gateway.embedding import DeterministicTestEmbedder

Fault = Literal[
    "slow", "hang", "500", "429", "401", "400", "garbage", "empty", "short", "wrong-dimension", "ragged",
    "not-finite", "null", "endless", "reset", "redirect",
]  # fmt: skip
Form = Literal["plain", "openai", "openai-reversed", "cohere", "single", "bare"]


@dataclass
class EmbeddingStub:
    """What the service does. `faults` are used up one a request; `fault` is for all requests after those."""

    url: str = ""
    dimension: int = 16
    form: Form = "plain"
    fault: Fault | None = None
    faults: list[Fault] = field(default_factory=list)
    delay: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0

    def next_fault(self) -> Fault | None:
        return self.faults.pop(0) if self.faults else self.fault

    def embeddings(self, texts: list[str]) -> list[list[float]]:
        return [DeterministicTestEmbedder(self.dimension).vector(text) for text in texts]


@contextlib.asynccontextmanager
async def embedding_stub(port: int = 0, **given: Any) -> AsyncIterator[EmbeddingStub]:
    """A running service on a loopback port."""
    stub = EmbeddingStub(**given)
    open_connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_connections.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await _answer(stub, reader, writer):
                pass
        writer.close()
        open_connections.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    stub.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/embed"
    try:
        yield stub
    finally:
        server.close()
        for task in list(open_connections):
            task.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)
        await server.wait_closed()


async def _answer(stub: EmbeddingStub, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    request = json.loads(await reader.readexactly(int(headers.get("content-length", "0"))))
    stub.requests.append(request)
    stub.headers.append(headers)
    stub.busy += 1
    stub.busiest = max(stub.busiest, stub.busy)
    try:
        return await _respond(stub, request, writer)
    finally:
        stub.busy -= 1


async def _respond(stub: EmbeddingStub, request: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
    fault = stub.next_fault()
    await asyncio.sleep(stub.delay)
    if fault == "hang":
        await asyncio.sleep(3600)
    if fault == "slow":
        await asyncio.sleep(1.0)
    if fault == "reset":
        writer.transport.abort()
        return False
    if fault == "endless":
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"0" * 65536 + b"\r\n")
            await writer.drain()
    status, extra, body = _faulty(fault) or (200, "", json.dumps(_form(stub, request, fault)).encode())
    writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode() + body)
    await writer.drain()
    return True


def _faulty(fault: Fault | None) -> tuple[int, str, bytes] | None:
    match fault:
        case "500" | "401" | "400":
            return int(fault), "", b"the key sk-secret is wrong"
        case "429":
            return 429, "Retry-After: 1\r\n", b""
        case "redirect":
            return 302, "Location: http://127.0.0.1:1/\r\n", b""
        case "garbage":
            return 200, "", b"<html>not json"
        case "empty":
            return 200, "", b'{"embeddings": []}'
        case "null":
            return 200, "", b"null"
        case "not-finite":
            return 200, "", b'{"embeddings": [[NaN, 1.0]]}'
    return None


def _form(stub: EmbeddingStub, request: dict[str, Any], fault: Fault | None) -> Any:
    vectors = stub.embeddings(request.get("input") or request.get("texts") or [])
    if fault == "short":
        vectors = vectors[:-1]
    if fault == "wrong-dimension":
        vectors = [vector[:-1] for vector in vectors]
    if fault == "ragged":
        vectors[-1] = vectors[-1][:-1]
    numbered = [{"index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    return {
        "plain": {"embeddings": vectors},
        "openai": {"data": numbered},
        "openai-reversed": {"data": numbered[::-1]},
        "cohere": {"embeddings": {"float": vectors}},
        "single": {"embedding": vectors[0] if vectors else None},
        "bare": vectors,
    }[stub.form]


async def serve(port: int) -> None:
    """A service without faults, in a process of its own that may have some."""
    async with embedding_stub(port):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
