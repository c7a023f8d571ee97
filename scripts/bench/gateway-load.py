"""Searches in one collection, of Qdrant alone and through the gateway, from the host itself. Prints one JSON document."""

import asyncio
import json
import random
import sys
import time
from pathlib import Path

import aiohttp

COLLECTION, SIZE, POINTS, LIMIT = "general", 384, 20_000, 10
CONNECTIONS, CLOSED_SECONDS, SAMPLES, MOST_SECONDS = 8, 6, 10_000, 60
QDRANT, GATEWAY = "http://127.0.0.1:6333", "http://127.0.0.1:8001"
CONFIG = Path("/opt/qdrant/config")


def header(name: str) -> dict[str, str]:
    key, value = (CONFIG / name).read_text().strip().split(": ", 1)
    return {key: value}


def vector() -> list[float]:
    return [random.uniform(-1, 1) for _ in range(SIZE)]


def client() -> str:
    """An address that nobody else is, so that no rate limit is met."""
    return ".".join(["127", *(str(random.randint(1, 250)) for _ in range(3))])


class Target:
    """One way to search: every query is another one, so that no cache answers."""

    def __init__(self, session: aiohttp.ClientSession, name: str) -> None:
        self.session, self.name = session, name
        self.headers = header(".admin-header" if name == "qdrant" else ".gateway-header")

    async def search(self) -> bool:
        if self.name == "qdrant":
            url = f"{QDRANT}/collections/{COLLECTION}/points/query"
            body = {"query": vector(), "limit": LIMIT, "with_payload": True}
            headers = self.headers
        else:
            url = f"{GATEWAY}/v1/vectors/search"
            body = {"collection": COLLECTION, "query_vector": vector(), "limit": LIMIT}
            headers = {**self.headers, "X-Forwarded-For": client()}
        try:
            async with self.session.post(url, json=body, headers=headers) as answer:
                await answer.read()
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False


async def closed(target: Target, seconds: float) -> float:
    """Answers a second with a fixed number of searches under way: what it can do."""
    ends, done = time.perf_counter() + seconds, 0

    async def one() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            done += await target.search()

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return done / (time.perf_counter() - began)


async def opened(target: Target, rate: float) -> dict[str, float]:
    """Sends at fixed times, whatever is under way. Latency counts from the time at which a search was due."""
    count = int(min(SAMPLES, rate * MOST_SECONDS))
    times: list[float] = []
    errors = 0
    began = time.perf_counter()

    async def one(due: float) -> None:
        nonlocal errors
        if await target.search():
            times.append((time.perf_counter() - due) * 1000)
        else:
            errors += 1

    async with asyncio.TaskGroup() as group:
        for index in range(count):
            due = began + index / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(due))
    elapsed = time.perf_counter() - began
    times.sort()

    def at(share: float) -> float:
        return round(times[min(len(times) - 1, int(len(times) * share))], 2) if times else float("nan")

    return {
        "samples": count,
        "errors": errors,
        "achieved": round(len(times) / elapsed, 1),
        "p50": at(0.5),
        "p95": at(0.95),
        "p99": at(0.99),
        "max": at(1),
    }


async def fill(session: aiohttp.ClientSession) -> None:
    key = header(".admin-header")
    for start in range(0, POINTS, 500):
        points = [{"id": start + n + 1, "vector": vector(), "payload": {"n": n}} for n in range(500)]
        url = f"{QDRANT}/collections/{COLLECTION}/points?wait=true"
        async with session.put(url, json={"points": points}, headers=key) as answer:
            answer.raise_for_status()
    while True:
        async with session.get(f"{QDRANT}/collections/{COLLECTION}", headers=key) as answer:
            if (await answer.json())["result"]["status"] == "green":
                return
        await asyncio.sleep(0.5)


async def main() -> None:
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        await fill(session)
        targets = [Target(session, name) for name in ("qdrant", "gateway")]
        for target in targets:
            await closed(target, 2)
        knees = {target.name: await closed(target, CLOSED_SECONDS) for target in targets}
        rate = 0.5 * min(knees.values())
        found = {target.name: {"knee": knees[target.name], **await opened(target, rate)} for target in targets}
    json.dump({"rate": round(rate, 1), "points": POINTS, **found}, sys.stdout)


asyncio.run(main())
